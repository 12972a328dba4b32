"""What GA4 says when it refuses, word for word, with the gRPC status that each wording comes with.

Which request earns which refusal is decided by `ga4_checks` and `ga4_quota`; a fault can script any of them.
"""

from __future__ import annotations

FIELD_LIST = "see https://developers.google.com/analytics/devguides/reporting/data/v1/api-schema."
PROPERTY_ID = "see https://developers.google.com/analytics/devguides/reporting/data/v1/property-id."
EXPLORER = "https://ga-dev-tools.google/ga4/dimensions-metrics-explorer/"

# GA4 reference §6, row by row. One space in the wording for dimensions, two in that for metrics.
BAD_DIMENSION = f"Field {{name}} is not a valid dimension. For a list of valid dimensions and metrics, {FIELD_LIST}"
BAD_METRIC = f"Field {{name}} is not a valid metric.  For a list of valid dimensions and metrics, {FIELD_LIST}"
MISSPELT_METRIC = f"Did you mean {{meant}}? {BAD_METRIC}"
INCOMPATIBLE = (
    "Please {advice} to make the request compatible. "
    f"The request's dimensions & metrics are incompatible. To learn more, see {EXPLORER}"
)
TOO_MANY = "Requests are limited to {most} {kind} within a nested request.\n  This request is for {count} {kind}."
NO_ACCESS = (
    f"User does not have sufficient permissions for this property. To learn more about Property ID, {PROPERTY_ID}"
)
API_NOT_ENABLED = (
    "Google Analytics Data API has not been used in project 1234 before or it is disabled. Enable it by visiting "
    "https://console.developers.google.com/apis/api/analyticsdata.googleapis.com/overview?project=1234 then retry."
)
NOT_SIGNED_IN = (
    "Request is missing required authentication credential. Expected OAuth 2 access token, login cookie or other valid "
    "authentication credential."
)
SIGN_IN_REFUSED = (
    "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid "
    "authentication credential."
)
PROJECT_HOUR = "Exhausted property tokens for a project per hour. These quota tokens will return in under an hour."
PROPERTY_HOUR = "Exhausted property tokens for a property per hour. These quota tokens will return in under an hour."
PROPERTY_DAY = "Exhausted property tokens for a property per day. These quota tokens will return in less than 24 hours."
CONCURRENT = "Exhausted concurrent requests quota."
THRESHOLDED = "Exhausted potentially thresholded requests quota."
SERVER_ERRORS = "Exhausted server errors quota."
INTERNAL = "Internal error encountered."
UNAVAILABLE = "The service is currently unavailable."
UNKNOWN = "Stream removed"
DEADLINE = "Deadline Exceeded"

# name -> gRPC status and wording of everything that a call can be refused with
REFUSALS = {
    "bad dimension": ("INVALID_ARGUMENT", BAD_DIMENSION.format(name="sesionSource")),
    "bad metric": ("INVALID_ARGUMENT", BAD_METRIC.format(name="sesions")),
    "misspelt metric": ("INVALID_ARGUMENT", MISSPELT_METRIC.format(meant="sessions", name="sesions")),
    "incompatible": ("INVALID_ARGUMENT", INCOMPATIBLE.format(advice="add sessionCampaignName")),
    "incompatible without": ("INVALID_ARGUMENT", INCOMPATIBLE.format(advice="remove newVsReturning")),
    "too many": ("INVALID_ARGUMENT", TOO_MANY.format(most=10, kind="metrics", count=11)),
    "no access": ("PERMISSION_DENIED", NO_ACCESS),
    "API not enabled": ("PERMISSION_DENIED", API_NOT_ENABLED),
    "no token": ("UNAUTHENTICATED", NOT_SIGNED_IN),
    "bad token": ("UNAUTHENTICATED", SIGN_IN_REFUSED),
    "tokens of the project's hour gone": ("RESOURCE_EXHAUSTED", PROJECT_HOUR),
    "tokens of the hour gone": ("RESOURCE_EXHAUSTED", PROPERTY_HOUR),
    "tokens of the day gone": ("RESOURCE_EXHAUSTED", PROPERTY_DAY),
    "concurrency": ("RESOURCE_EXHAUSTED", CONCURRENT),
    "thresholded": ("RESOURCE_EXHAUSTED", THRESHOLDED),
    "server-error budget": ("RESOURCE_EXHAUSTED", SERVER_ERRORS),
    "server": ("INTERNAL", INTERNAL),
    "server away": ("UNAVAILABLE", UNAVAILABLE),
    "no code": ("UNKNOWN", UNKNOWN),
    "timeout": ("DEADLINE_EXCEEDED", DEADLINE),
}
