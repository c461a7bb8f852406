"""Everything that can go wrong in words a user can act on: one base error and few children."""


class NotesPipelineError(Exception):
    """Carry a message for the user: what was wrong, with what, and what to do about it."""


class InputError(NotesPipelineError):
    """Something that the user handed in cannot be used."""


class UnreadableTranscriptError(InputError):
    """The file holds no transcript that we can read whole."""


class InvalidGuideError(InputError):
    """The guide breaks a rule; the message names line and field."""


class InvalidClaimError(InputError):
    """A line of claims is not of the form that `verify` takes; the message names the line."""


class NotFoundError(NotesPipelineError):
    """What was asked for is not stored."""


class SettingsError(NotesPipelineError):
    """A setting is missing or contradicts another; the message names the variable."""


class ServiceUnavailableError(NotesPipelineError):
    """A database, broker or program that we need does not answer."""


class ModelError(NotesPipelineError):
    """The model gave no usable answer."""


class ModelConfigurationError(ModelError):
    """No call can succeed before a setting is changed: wrong key, unknown model, quota used up."""


class ModelAnswerError(ModelError):
    """The model answered, but not with what was asked, and asking again did not help."""


class ModelRefusedError(ModelError):
    """The model or its content filter declined to answer."""


class AnswerTruncatedError(ModelError):
    """The answer, or the question, was too long for the model: a smaller chunk may fit."""


class RetryableError(NotesPipelineError):
    """The same work may succeed later. Tasks try again on this and on nothing else.

    `retry_after_s`: the least number of seconds to wait, None where the other side named none.
    """

    def __init__(self, message: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class ModelBusyError(RetryableError):
    """The endpoint turned the call away (429, overload). Says nothing about the chunk: not an attempt."""


class ModelUnreachableError(RetryableError):
    """The endpoint did not answer in time, broke the connection, or failed on its side (5xx)."""
