"""Every error of the plugin. The message names what failed and what to do about it.

QodError
├── SettingsError            an option, a variable or a file of the user's does not hold
├── Unavailable              what a command needs is not there: a package, a port, a database
├── ModelError               the language model cannot be loaded
├── RequestTooLong           the conversation does not fit the model
├── UnreadableText           the conversation is no text
├── TrainingError            a training run cannot start or go on
├── DecodingError            the model's answer is not a decision
│   ├── DecodingTimeout      ... it took too long
│   └── Cancelled            ... nobody waits for it any more
├── TooManyWaiting           the model is busy, and so is its queue
├── InvalidRequest           the version of the API in use does not take a request
├── TransportError           no answer from the operator
│   ├── NoSuchApi            ... for there is another API, another version, or none
│   ├── AuthorizationFailed  ... no access token was to be had, so nothing was asked
│   └── OutcomeUnknown       ... to a request that may have been carried out
└── CamaraError              the operator refused (camara/errors.py)
"""


class QodError(Exception):
    """Base of every error the plugin raises on purpose."""


class SettingsError(QodError):
    """An option, a variable or a file does not hold: whoever wrote it has to mend it."""


class Unavailable(QodError):
    """What a command needs is not there: a package, a port, a database."""


class ModelError(QodError):
    """The language model, its adapter or its tokenizer cannot be loaded."""


class RequestTooLong(QodError):
    """The conversation is longer than the model may read; nothing was decided."""


class UnreadableText(QodError):
    """What was said is no text: half a character, an undecodable byte; nothing was decided."""


class TrainingError(QodError):
    """A training run cannot start or go on; checkpoints written so far stay."""


class DecodingError(QodError):
    """The model's answer is not a decision of the grammar it was given."""


class DecodingTimeout(DecodingError):
    """A decision took longer than the configured limit and was stopped."""


class Cancelled(DecodingError):
    """Whoever asked does not wait any more; the work was stopped."""


class TooManyWaiting(QodError):
    """The queue for the model is full; nothing was decided."""


class InvalidRequest(QodError):
    """A request does not hold in the version of the API in use; nothing was sent."""


class TransportError(QodError):
    """The operator could not be reached or did not answer with CAMARA's JSON."""


class NoSuchApi(TransportError):
    """Under the configured root there is no such API in the configured version.

    Attributes:
        api_version: that was looked for, as the settings call it.
    """

    def __init__(self, message: str, api_version: str) -> None:
        super().__init__(message)
        self.api_version = api_version


class AuthorizationFailed(TransportError):
    """The operator's OpenID provider gave no access token; the API was not called."""


class OutcomeUnknown(TransportError):
    """A request that changes something got no answer: it may have been carried out or not."""
