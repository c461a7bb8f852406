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


class InvalidReviewError(InputError):
    """A review that cannot be: it contradicts itself, or its note does not stand and it does not say so."""


class RevisionConflictError(NotesPipelineError):
    """Somebody changed a note since it was read. `current`: its revision now; read it again and decide on that."""

    def __init__(self, message: str, *, current: int) -> None:
        super().__init__(message)
        self.current = current


class NotFoundError(NotesPipelineError):
    """What was asked for is not stored."""


class SettingsError(NotesPipelineError):
    """A setting is missing or contradicts another; the message names the variable."""


class ServiceUnavailableError(NotesPipelineError):
    """A database, broker or program that we need does not answer."""


class TooMuchWorkError(NotesPipelineError):
    """More work waits than is allowed; nothing was stored, and the same may be asked for later."""


class ModelError(NotesPipelineError):
    """The model gave no usable answer."""


class ModelConfigurationError(ModelError):
    """No call can succeed before a setting is changed: wrong key, unknown model, quota used up."""


class RequestNotTakenError(ModelError):
    """The endpoint does not take this request: it may know less than its profile says, or not like what is in it.

    `parameter`: the one that it complains about, None where it names none.
    """

    def __init__(self, message: str, *, parameter: str | None = None) -> None:
        super().__init__(message)
        self.parameter = parameter


class OverBudgetError(ModelError):
    """The next call could cost more than is left of a budget; the message says of which."""


class ModelAnswerError(ModelError):
    """The model answered, but not with what was asked, and asking again did not help."""


class ModelRefusedError(ModelError):
    """The model or its content filter declined to answer."""


class TooLongError(ModelError):
    """The answer, or the question, was too long for the model: a smaller chunk may fit."""


class AnswerTruncatedError(TooLongError):
    """The answer was cut off."""


class QuestionTooLongError(TooLongError):
    """The question does not fit into what the model reads at once.

    `room`: tokens that would be left for an answer, where the endpoint said so; the question fits, the answer that was
    allowed for did not.
    """

    def __init__(self, message: str, *, room: int | None = None) -> None:
        super().__init__(message)
        self.room = room


class RetryableError(NotesPipelineError):
    """The same work may succeed later. Tasks try again on this and on nothing else.

    `retry_after_s`: the least number of seconds to wait, None where the other side named none.
    """

    def __init__(self, message: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class ModelBusyError(RetryableError):
    """The endpoint turned the call away (429, overload). Says nothing about the chunk: not an attempt."""


class NotYetError(ModelBusyError):
    """Nothing was asked: it is not this call's turn, or another gets the same answer just now."""


class LeaseLostError(NotesPipelineError):
    """The work was given to another meanwhile; whatever is done for it now would be done twice."""


class ModelUnreachableError(RetryableError):
    """The endpoint did not answer in time, broke the connection, or failed on its side.

    `is_failure_of_theirs`: it did answer, with a failure (5xx) or with something that is no completion.
    `may_be_charged`: it had the request long enough to have answered it.
    """

    def __init__(
        self,
        message: str,
        *,
        retry_after_s: float | None = None,
        is_failure_of_theirs: bool = False,
        may_be_charged: bool = False,
    ) -> None:
        super().__init__(message, retry_after_s=retry_after_s)
        self.is_failure_of_theirs = is_failure_of_theirs
        self.may_be_charged = may_be_charged


class EndpointDownError(ModelUnreachableError):
    """Nothing was asked: the endpoint has failed too often in a row. `down_for_s`: since the first of them."""

    def __init__(self, message: str, *, retry_after_s: float, down_for_s: float) -> None:
        super().__init__(message, retry_after_s=retry_after_s)
        self.down_for_s = down_for_s
