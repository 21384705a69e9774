"""The scope that each operation needs."""

SESSION_SCOPES = {
    "createSession": "quality-on-demand:sessions:create",
    "getSession": "quality-on-demand:sessions:read",
    "deleteSession": "quality-on-demand:sessions:delete",
    "extendQosSessionDuration": "quality-on-demand:sessions:update",
    "retrieveSessionsByDevice": "quality-on-demand:sessions:retrieve-by-device",
}
PROFILE_SCOPES = {"retrieveQoSProfiles": "qos-profiles:read", "getQosProfile": "qos-profiles:read"}
#: The scope that each operation needs (`security` of the two specifications).
SCOPES = SESSION_SCOPES | PROFILE_SCOPES
