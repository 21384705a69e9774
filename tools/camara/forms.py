"""The form that CAMARA's texts have, in words in the place of a pattern."""

from camara_qod.tools.camara import models, models_1_2

#: What a text should be, by the pattern that it did not match.
FORMS = {
    models.PHONE_NUMBER_PATTERN: "+ and a number with its country code, without spaces",
    models.PROFILE_NAME_PATTERN: "letters, digits, dots, hyphens and underscores",
    models.COUNTRY_PATTERN: "the two capital letters of a country",
    models_1_2.IPV4_PATTERN: "an IPv4 address or subnet",
    models_1_2.IPV6_PATTERN: "an IPv6 address or subnet",
    models_1_2.URI_PATTERN: "an https URL",
}
