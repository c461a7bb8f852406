import pytest

from notes_pipeline.core.chunking import chunk_transcript
from notes_pipeline.core.guide import Guide, Question, Theme
from notes_pipeline.core.roles import Roles
from notes_pipeline.core.transcript import Transcript
from notes_pipeline.llm.answers import DraftAnswer
from notes_pipeline.llm.offline.drafting import draft
from notes_pipeline.llm.offline.prompts import read_draft_prompt
from notes_pipeline.llm.rendering import draft_messages, render_chunk
from tests.making import make_transcript

GUIDE = Guide(
    title="Orders",
    questions=(
        Question("before", "How did orders come in before the app?", ("How many orders was that in a normal week?",)),
        Question("cost", "What did the change cost, and has it paid for itself?"),
        Question("privacy", "What happens to the customers' data, and who can see it?"),
    ),
    themes=(Theme("trust", "Trust in the app", "Reasons to rely on the app or not to."),),
)
ROLES = Roles(frozenset({"Ina"}), frozenset({"Bram"}))
INTERVIEW = make_transcript(
    "Ina: Thanks for making time, Bram.",
    "Bram: That's fine, we are closed on Mondays.",
    "Ina: How did the orders come in, before the app?",
    "Bram: People would call, or they'd come by the counter, and whoever picked up the",
    "Bram: phone wrote it in the green book. It was next to the till.",
    "Ina: And how many orders was that, in a normal week?",
    "Bram: I'd say about a hundred and forty. In December it's more like three hundred.",
    "Ina: What did the change cost you, and has it paid for itself?",
    "Bram: Ah, the money. You'd have to ask Lotte about that.",
    "Ina: So you trust the app now?",
    "Bram: I trust it with the bread. I don't trust it with the wedding cakes, and I still write a card.",
    "Ina: Which oven do you like best?",
    "Bram: The old one in the corner, because it never breaks down and it smells of home.",
)


def ask(transcript: Transcript, roles: Roles = ROLES, guide: Guide = GUIDE) -> DraftAnswer:
    [chunk] = chunk_transcript(transcript)
    prompt = read_draft_prompt(
        message["content"] for message in draft_messages("…", guide, render_chunk(transcript, chunk, roles))
    )
    assert prompt is not None
    return draft(prompt)


def quotes(drafted: DraftAnswer, topic: str) -> list[str]:
    return [quote.words for note in drafted.notes if note.topic == topic for quote in note.quotes]


def state(drafted: DraftAnswer, question: str) -> tuple[str, int | None]:
    [found] = [each for each in drafted.coverage if each.question == question]
    return found.state, found.asked_at


def test_the_answer_to_a_question_is_quoted() -> None:
    drafted = ask(INTERVIEW)
    assert any("hundred and forty" in words for words in quotes(drafted, "before"))
    assert state(drafted, "before") == ("answered", 2)


def test_a_theme_is_found_by_its_words() -> None:
    assert any("wedding cakes" in words for words in quotes(ask(INTERVIEW), "trust"))


def test_every_quote_stands_word_for_word_at_its_utterance_and_was_said_by_its_speaker() -> None:
    for note in ask(INTERVIEW).notes:
        for quote in note.quotes:
            start = INTERVIEW.offsets[quote.utterance]
            at = INTERVIEW.text.index(quote.words, start)
            assert INTERVIEW.utterance_at(at) == quote.utterance
            assert INTERVIEW.utterances[quote.utterance].speaker == quote.speaker


def test_a_sentence_that_captions_cut_in_two_is_quoted_whole() -> None:
    assert any("picked up the phone wrote it" in words for words in quotes(ask(INTERVIEW), "before"))


def test_an_interviewer_is_never_quoted() -> None:
    assert {quote.speaker for note in ask(INTERVIEW).notes for quote in note.quotes} == {"Bram"}


def test_a_question_that_is_passed_on_to_another_person_is_asked_and_not_answered() -> None:
    drafted = ask(INTERVIEW)
    assert state(drafted, "cost") == ("asked_not_answered", 7)
    assert quotes(drafted, "cost") == []


def test_what_nobody_speaks_of_gets_no_note() -> None:
    drafted = ask(INTERVIEW)
    assert state(drafted, "privacy") == ("not_asked", None)
    assert quotes(drafted, "privacy") == []


def test_a_statement_says_no_more_than_that_it_was_said() -> None:
    for note in ask(INTERVIEW).notes:
        assert note.statement == f"Bram: “{note.quotes[0].words}”"


def test_no_passage_is_quoted_twice_for_a_topic() -> None:
    for topic in GUIDE.ids:
        found = quotes(ask(INTERVIEW), topic)
        assert not any(one in other for one in found for other in found if one is not other)


def test_without_roles_the_answer_is_found_behind_the_question_mark() -> None:
    drafted = ask(INTERVIEW, Roles())
    assert any("hundred and forty" in words for words in quotes(drafted, "before"))
    assert not any(words.endswith("?") for note in drafted.notes for words in (note.quotes[0].words,))


def test_the_same_prompt_gets_the_same_answer() -> None:
    assert ask(INTERVIEW) == ask(INTERVIEW)


def test_a_transcript_without_speakers_gets_statements_without_names() -> None:
    drafted = ask(
        make_transcript("How did orders come in before the app?", "By phone and at the counter, all day long.")
    )
    assert [note.statement for note in drafted.notes] == ["“By phone and at the counter, all day long.”"]


@pytest.mark.parametrize(
    ("question", "asked", "said"),
    [
        pytest.param(
            "Wie kamen die Bestellungen früher herein?",
            "Wie kamen denn die Bestellungen bei Ihnen früher herein?",
            "Meistens riefen die Kunden an, und wir schrieben die Bestellungen in das grüne Buch.",
            id="German",
        ),
        pytest.param(
            "注文はどのように入りましたか。",
            "注文はどのように入りましたか？",
            "お客さんから電話で注文が入って、緑のノートに書きました。",
            id="Japanese",
        ),
        pytest.param(
            "كيف كانت تصل الطلبات؟",
            "كيف كانت تصل الطلبات؟",
            "كان الزبائن يتصلون بالهاتف ونكتب الطلبات في الدفتر الأخضر.",
            id="Arabic",
        ),
        pytest.param(
            "ऑर्डर कैसे आते थे?",
            "ऑर्डर कैसे आते थे?",
            "लोग फोन करते थे और हम ऑर्डर हरी किताब में लिखते थे।",
            id="Hindi",
        ),
    ],
)
def test_other_languages_are_quoted_too(question: str, asked: str, said: str) -> None:
    guide = Guide("…", questions=(Question("q", question),))
    drafted = ask(make_transcript(f"Ina: {asked}", f"Bram: {said}"), guide=guide)
    assert quotes(drafted, "q") == [said]
    assert state(drafted, "q") == ("answered", 0)


@pytest.mark.parametrize(
    "text", ["…", "?", "—", "🙂 🙂", "um, uh", "a" * 5_000, "word " * 1_000], ids=lambda text: text[:8]
)
def test_odd_lines_do_no_harm(text: str) -> None:
    drafted = ask(make_transcript("Ina: How did orders come in before the app?", f"Bram: {text}"))
    assert all(len(note.quotes[0].words) <= 400 for note in drafted.notes)


def test_a_guide_without_words_gets_no_notes() -> None:
    assert ask(INTERVIEW, guide=Guide("…", questions=(Question("q", "…?"),))).notes == []
