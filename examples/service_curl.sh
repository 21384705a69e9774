#!/bin/sh
# A whole conversation with `qod serve`, in curl.
#
#     qod serve &
#     sh examples/service_curl.sh
#
# QOD_URL says where the service is; QOD_KEY is a key of `qod keys create` where it asks for one.
# Each call that changes something has an Idempotency-Key of its own: sent again after a lost
# answer, it gets that answer, and nothing is done twice.
set -eu
URL="${QOD_URL:-http://127.0.0.1:8080}"
RUN="$(date +%s)-$$"

call() { # METHOD PATH [IDEMPOTENCY-KEY] [BODY]
    curl --silent --show-error --fail-with-body --request "$1" "$URL$2" \
        --header "Authorization: Bearer ${QOD_KEY:-none}" \
        --header "Content-Type: application/json" \
        ${3:+--header "Idempotency-Key: $RUN-$3"} ${4:+--data "$4"}
    echo
}

id=$(call POST /v1/conversations begin | sed 's/.*"id":"\([^"]*\)".*/\1/')

# What would change anything is proposed first: with how sure the model is, and where each value
# stands in what was said.
call POST "/v1/conversations/$id/turns" ask \
    '{"text": "Low latency for gaming on +351966666666, 2 hours"}'
call POST "/v1/conversations/$id/confirmation" yes '{"decision": "approve"}'

# The answer was lost on the way? The same call again creates no second session.
call POST "/v1/conversations/$id/confirmation" yes '{"decision": "approve"}'

# The next turn may speak of the session without its id.
call POST "/v1/conversations/$id/turns" longer '{"text": "10 minutes longer"}'
call POST "/v1/conversations/$id/confirmation" longer-yes '{"decision": "approve"}'
call GET /v1/sessions
