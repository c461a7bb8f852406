"""All commands with what they teach. What a command needs is imported when it runs, so that each starts fast."""

from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from notes_pipeline.cli.forms import ReportForm

app = typer.Typer(
    add_completion=False,
    name="notes-pipeline",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help=(
        "Notes on interviews in which every quote is checked against the transcript.\n\n"
        "Start with `notes-pipeline run interview.vtt`. Without any setting it starts a private PostgreSQL, a "
        "Redis-compatible server and an offline model for as long as it runs.\n\n"
        "Set `DATABASE_URL`, `REDIS_URL`, `OPENAI_API_KEY`, `OPENAI_BASE_URL`, `NOTES_MODEL` to use yours instead.\n\n"
        "Exit codes: 0 done, 2 wrong arguments, 3 a file or id that cannot be used, 4 some chunks gave no notes, "
        "5 the run failed, 6 a setting or service is missing, 130 interrupted, 1 a fault of ours."
    ),
)


keys = typer.Typer(no_args_is_help=True, help="API keys of the workspace in `NOTES_WORKSPACE`.")
app.add_typer(keys, name="keys")


class StatusChoice(StrEnum):
    readable = "readable"
    supported = "supported"
    flagged = "flagged"
    all = "all"


TranscriptFile = Annotated[
    Path, typer.Argument(help="An interview: captions, text, Word, JSON of recognisers, ELAN, CHAT, a table, …")
]
Speakers = Annotated[
    list[str] | None,
    typer.Option(
        help="Who speaks: `Ann; Ben` are speakers where the file leaves it open, `SPEAKER_00=Ann` gives a name, "
        "`Ann=participant` a role. May be repeated."
    ),
]
Interviewers = Annotated[
    list[str] | None,
    typer.Option("--interviewer", help="Who asks: a speaker whose words are nobody's evidence. May be repeated."),
]
Encoding = Annotated[
    str | None, typer.Option(help="What a text file is in, where it is guessed wrong: cp1252, mac-roman, utf-16, …")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


@app.command()
def run(
    file: TranscriptFile,
    guide: Annotated[
        Path | None, typer.Option(help="What notes are asked for, as YAML or JSON. Without it, a general guide.")
    ] = None,
    speakers: Speakers = None,
    interviewer: Interviewers = None,
    encoding: Encoding = None,
    as_json: AsJson = False,
    anew: Annotated[
        bool, typer.Option("--anew", help="Do it again even if the result is stored; known answers are not paid again.")
    ] = False,
    no_cache: Annotated[
        bool, typer.Option("--no-cache", help="Ask the model again, also for what is known. Implies --anew.")
    ] = False,
    model: Annotated[str | None, typer.Option(help="The model to ask, instead of `NOTES_MODEL`.")] = None,
    repair: Annotated[
        bool, typer.Option("--repair", help="Ask once more for each note that does not stand; both tries are kept.")
    ] = False,
    judge: Annotated[
        str | None,
        typer.Option(help="A second model that judges whether the quotes show the statement; it can only doubt."),
    ] = None,
    summary: Annotated[
        bool, typer.Option("--summary", help="Answer each question and theme from the notes, each sentence with them.")
    ] = False,
    budget: Annotated[
        float | None, typer.Option(min=0.000001, help="US dollars that the calls may cost; then the run is partial.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only estimate chunks, tokens, cost and time; nothing is asked or stored.")
    ] = False,
    demonstrate: Annotated[
        Path | None,
        typer.Option(help="Afterwards check these hand-written notes with bent quotes against the interview."),
    ] = None,
) -> None:
    """Write notes on one interview, from upload to the printed result.

    The transcript is cut into chunks, the model is asked for notes on the guide's questions and themes, every quote is
    checked, and all is stored. The same transcript, guide, model and prompt give the stored result.

    Example: `notes-pipeline run interview.vtt --guide guide.yaml --json > notes.json`
    """
    from notes_pipeline.bootstrap import Wishes
    from notes_pipeline.cli.run import run_file
    from notes_pipeline.core.naming import parse_who_speaks

    wishes = Wishes(
        model=model,
        anew=anew,
        uses_cache=not no_cache,
        repairs=repair,
        judge=judge,
        summarises=summary,
        budget_usd=None if budget is None else Decimal(str(budget)),
    )
    who = parse_who_speaks(speakers or (), interviewer or ())
    raise typer.Exit(
        run_file(
            file,
            guide,
            wishes,
            who=who,
            encoding=encoding,
            as_json=as_json,
            only_estimate=dry_run,
            demonstrate=demonstrate,
        )
    )


@app.command()
def submit(
    files: Annotated[list[Path], typer.Argument(help="Interviews, of any format that `run` reads.")],
    guide: Annotated[
        Path | None, typer.Option(help="What notes are asked for, as YAML or JSON. Without it, a general guide.")
    ] = None,
    speakers: Speakers = None,
    interviewer: Interviewers = None,
    encoding: Encoding = None,
    backfill: Annotated[
        bool, typer.Option("--backfill", help="Work on it when nothing else waits: for thousands of old interviews.")
    ] = False,
    anew: Annotated[bool, typer.Option("--anew", help="Do it again even if the result is stored.")] = False,
    model: Annotated[str | None, typer.Option(help="The model to ask, instead of `NOTES_MODEL`.")] = None,
    budget: Annotated[
        float | None, typer.Option(min=0.000001, help="US dollars that the calls of each run may cost.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Hand interviews to the workers and return at once. Needs `DATABASE_URL`, and `REDIS_URL` to have them begin now.

    Prints a run's id for each file. What cannot be read is named, the others are stored all the same, and the exit
    code is 3.

    Example: `notes-pipeline submit archive/*.vtt --guide guide.yaml --backfill`
    """
    from notes_pipeline.bootstrap import Wishes
    from notes_pipeline.cli.operate import submit_files
    from notes_pipeline.core.naming import parse_who_speaks

    budget_usd = None if budget is None else Decimal(str(budget))
    wishes = Wishes(model=model, anew=anew, budget_usd=budget_usd, is_backfill=backfill)
    who = parse_who_speaks(speakers or (), interviewer or ())
    raise typer.Exit(submit_files(files, guide, wishes, who=who, encoding=encoding, as_json=as_json))


@app.command()
def retry(
    of: Annotated[UUID | None, typer.Argument(help="The id of a run, or of a transcript for its latest run.")] = None,
) -> None:
    """Draft the chunks of a run again that failed or were cancelled; the notes that are there stay.

    Without an id, those of the latest run. Answers that are known are not paid again. A run that was interrupted goes
    on.
    """
    from notes_pipeline.cli import operate

    raise typer.Exit(operate.retry(of))


@app.command()
def cancel(
    run_id: Annotated[UUID, typer.Argument(metavar="RUN", help="The id of a run.")],
) -> None:
    """Stop a run. It asks nothing more; the notes that it has are kept and published."""
    from notes_pipeline.cli import operate

    raise typer.Exit(operate.cancel(run_id))


@app.command()
def erase(
    transcript_id: Annotated[UUID, typer.Argument(metavar="TRANSCRIPT", help="The id of a transcript.")],
) -> None:
    """Erase a transcript and all that came of it: notes, evidence, reviews, kept answers. It cannot be undone."""
    from notes_pipeline.cli.erase import erase_stored

    raise typer.Exit(erase_stored(transcript_id))


@keys.command("create")
def create_key(
    name: Annotated[str, typer.Option(help="Who uses it, so that it can be told from others.")],
    scope: Annotated[str, typer.Option(help="What it may do: some of `upload,read,review,admin`.")],
    as_json: AsJson = False,
) -> None:
    """Make a key and print it. It is stored as a hash only, and cannot be shown again.

    `upload`: transcripts, guides, runs. `read`: notes and all they rest on. `review`: decide on notes. `admin`: all of
    these, webhooks, and erasing.
    """
    from notes_pipeline.cli.keys import create_key

    raise typer.Exit(create_key(name, scope, as_json=as_json))


@keys.command("list")
def list_keys(as_json: AsJson = False) -> None:
    """Show the keys, what they may do, and when they were last used."""
    from notes_pipeline.cli.keys import show_keys

    raise typer.Exit(show_keys(as_json=as_json))


@keys.command("revoke")
def revoke_key(key_id: Annotated[UUID, typer.Argument(metavar="ID", help="The id of a key.")]) -> None:
    """Take a key back: from its next request on it is unknown."""
    from notes_pipeline.cli.keys import take_back_key

    raise typer.Exit(take_back_key(key_id))


@app.command()
def inspect(
    files: Annotated[list[Path], typer.Argument(help="A transcript; several, or a folder, give a table.")],
    show_map: Annotated[
        bool, typer.Option("--map", help="Every utterance with its characters, time, speaker and line in the file.")
    ] = False,
    at: Annotated[
        int | None, typer.Option(min=0, metavar="CHARACTER", help="Who says the word at this character, and when.")
    ] = None,
    find: Annotated[
        str | None, typer.Option(metavar="WORDS", help="Where these words are said, by whom and when.")
    ] = None,
    speakers: Speakers = None,
    interviewer: Interviewers = None,
    encoding: Encoding = None,
    as_json: AsJson = False,
) -> None:
    """Show what the reader finds in a transcript and what looks doubtful, without storing anything.

    `--json` gives `{format, because, speakers, speakers_detail, duration, words, warnings, quality, gaps, overlaps,
    utterances: [{speaker, start, end, text}]}`, times in seconds. Of several files or a folder: a line of JSON
    each; the exit code is 3 when one could not be read.
    """
    if sum((show_map, at is not None, find is not None)) > 1:
        raise typer.BadParameter("give one of --map, --at and --find")
    from notes_pipeline.core.naming import parse_who_speaks

    who = parse_who_speaks(speakers or (), interviewer or ())
    if len(files) > 1 or files[0].is_dir():
        from notes_pipeline.cli.inspect_many import inspect_all

        if show_map or at is not None or find is not None or who.labels or encoding:
            raise typer.BadParameter("--map, --at, --find, --speakers, --interviewer and --encoding are about one file")
        raise typer.Exit(inspect_all(files, as_json=as_json))
    if show_map or at is not None or find is not None:
        from notes_pipeline.cli.inspect_map import print_map, print_offset, print_phrase

        if find is not None:
            print_phrase(files[0], find, who, encoding, as_json=as_json)
        elif at is not None:
            print_offset(files[0], at, who, encoding, as_json=as_json)
        else:
            print_map(files[0], who, encoding, as_json=as_json)
        return
    from notes_pipeline.cli.inspect import inspect_file

    inspect_file(files[0], who, encoding, as_json=as_json)


@app.command()
def verify(
    transcript: Annotated[Path | None, typer.Argument(help="A transcript of any format that can be read.")] = None,
    claims: Annotated[
        Path | None,
        typer.Argument(
            help='JSON lines {"id", "quote", "speaker"?, "utterance_hint"?}, or notes with quotes as CSV or Markdown.'
        ),
    ] = None,
    form: Annotated[
        ReportForm | None, typer.Option("--as", help="By default JSON lines for JSON lines, else a table.")
    ] = None,
    pairs: Annotated[
        Path | None, typer.Option(help="Lines of transcript, claims and output path, to check many in one process.")
    ] = None,
    speakers: Speakers = None,
    interviewer: Interviewers = None,
    encoding: Encoding = None,
) -> None:
    """Check quotes that any tool claims, without a model or a database.

    The claims are JSON lines, a CSV with a column `quote`, or Markdown or text with quotes in it. `--as table` and
    `--as html` give a report with verdict, reasons, word diff and time: `notes-pipeline verify talk.vtt notes.md`

    JSON lines give one verdict a line: `{"id", "status", "score", "spans", "utterances", "speaker", "start", "end",
    "matched_text", "reasons", ...}`. `status` is verbatim, faithful, altered or unsupported.

    A line that is no claim is named on stderr, the others are still checked, and the exit code is 3.
    """
    from notes_pipeline.cli.verify import verify_files, verify_pairs
    from notes_pipeline.core.naming import parse_who_speaks

    who = parse_who_speaks(speakers or (), interviewer or ())
    if pairs is not None:
        raise typer.Exit(verify_pairs(pairs, who))
    if transcript is None or claims is None:
        raise typer.BadParameter("give a transcript and a file of claims, or --pairs")
    raise typer.Exit(verify_files(transcript, claims, who, form, encoding))


@app.command()
def reverify(
    evidence: Annotated[Path, typer.Argument(help="What `verify` or `show --json` printed for the old version.")],
    transcript: Annotated[Path, typer.Argument(help="The new version of the transcript.")],
    as_json: AsJson = False,
) -> None:
    """Find the evidence of one version of a transcript in another: each quote is kept, moved or orphaned.

    The words before and after decide, so evidence never ends at a passage that only looks like it. The exit code is 4
    when something is orphaned.
    """
    from notes_pipeline.cli.reverify import reverify_file

    raise typer.Exit(reverify_file(evidence, transcript, as_json=as_json))


@app.command()
def notes(
    of: Annotated[
        UUID | None, typer.Argument(help="The id of a run or of a transcript; without it, all notes.")
    ] = None,
    question: Annotated[str | None, typer.Option(help="Only notes on this question, by its id in the guide.")] = None,
    theme: Annotated[str | None, typer.Option(help="Only notes on this theme, by its id in the guide.")] = None,
    speaker: Annotated[str | None, typer.Option(help="Only notes with evidence from this speaker.")] = None,
    status: Annotated[
        StatusChoice, typer.Option(help="`readable` is what may be believed: supported, or accepted by a reviewer.")
    ] = StatusChoice.readable,
    after: Annotated[UUID | None, typer.Option(help="Go on after this note: the last id of the page before.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many.")] = 100,
    as_json: AsJson = False,
) -> None:
    """List stored notes, oldest first. By default only those that may be believed."""
    from notes_pipeline.cli.stored import print_notes

    print_notes(
        of,
        question=question,
        theme=theme,
        speaker=speaker,
        status=status.value,
        after=after,
        limit=limit,
        as_json=as_json,
    )


@app.command()
def show(
    of: Annotated[UUID | None, typer.Argument(help="The id of a run, or of a transcript for its latest run.")] = None,
    question: Annotated[str | None, typer.Option(help="Only this question of the guide, by its id.")] = None,
    theme: Annotated[str | None, typer.Option(help="Only this theme of the guide, by its id.")] = None,
    status: Annotated[StatusChoice, typer.Option(help="Only notes of this status.")] = StatusChoice.all,
    as_json: AsJson = False,
) -> None:
    """Show a stored run as `run` prints it: notes by question and theme, coverage, chunks, cost. Else the latest."""
    from notes_pipeline.cli.stored import show_run

    show_run(of, question=question, theme=theme, status=status.value, as_json=as_json)


@app.command()
def worker(
    stop_with_stdin: Annotated[bool, typer.Option(hidden=True, help="Stop when standard input ends.")] = False,
) -> None:
    """Work on runs until stopped: needs `DATABASE_URL` and `REDIS_URL`. Ctrl-C or SIGTERM finishes what is in hand."""
    from notes_pipeline.cli.services import work

    work(stop_with_stdin=stop_with_stdin)


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="The address to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port; 0 takes a free one.")] = 8000,
    with_all: Annotated[
        bool, typer.Option("--all", help="With a worker, and with servers and a model where no setting names them.")
    ] = False,
) -> None:
    """Serve the HTTP API with `/healthz`, `/readyz` and `/metrics`. Without `--all`: `DATABASE_URL`, `REDIS_URL`."""
    from notes_pipeline.cli.serve import serve_all, serve_api

    serve_all(host, port) if with_all else serve_api(host, port)


@app.command()
def migrate(
    to: Annotated[str, typer.Option(help="A revision; `base` empties the database.")] = "head",
) -> None:
    """Bring the database to the version of this program. Running it twice does no harm."""
    from notes_pipeline.cli.services import migrate_database

    migrate_database(to)


@app.command()
def status(
    probe: Annotated[
        bool, typer.Option("--probe", help="Find out anew how the model can be held to a form: some small calls.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Tell what runs where, whether database, broker and model answer, their versions, and what waits in the queues.

    For the model, also how it is held to the form of an answer: by a JSON schema, by JSON alone, or by the prompt.
    """
    from notes_pipeline.cli.services import print_status

    raise typer.Exit(print_status(as_json=as_json, probe=probe))


@app.command()
def doctor(
    only_worker: Annotated[
        bool,
        typer.Option("--worker", help="Only tell whether the worker of this machine lives: for a health check."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Find what is usually set wrong, and what to set instead: settings, database, broker, model, workers, machine.

    Changes nothing, and works when everything is down. The exit code is 6 when something is an error, not a warning.
    """
    from notes_pipeline.cli.doctor import print_diagnosis, print_liveness

    raise typer.Exit(print_liveness() if only_worker else print_diagnosis(as_json=as_json))


@app.command()
def costs(
    days: Annotated[int, typer.Option(min=1, help="Of the last so many days.")] = 30,
    as_json: AsJson = False,
) -> None:
    """Tell what models cost: by run, by interview, and for each note that may be believed."""
    from notes_pipeline.cli.costs import print_costs

    print_costs(days=days, as_json=as_json)


@app.command(name="eval")
def evaluate(
    gold: Annotated[Path | None, typer.Argument(metavar="SET", help="A gold.jsonl, or a folder with one.")] = None,
    model: Annotated[str | None, typer.Option(help="The model to judge, instead of `NOTES_MODEL`.")] = None,
    record: Annotated[Path | None, typer.Option(help="Add the model's answers to this file.")] = None,
    replay: Annotated[
        Path | None, typer.Option(help="Take the answers from a file that `--record` wrote; nobody is asked.")
    ] = None,
    canary: Annotated[
        bool, typer.Option("--canary", help="Compare with earlier evaluations alike; exit code 4 on a drift.")
    ] = False,
    compare: Annotated[
        tuple[str, str] | None, typer.Option(metavar="A B", help="Two evaluations: ids, or `last` and `previous`.")
    ] = None,
    export: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write what reviewers decided on notes as a set.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Judge a model by interviews of which people marked what good notes would quote.

    Tells how many quotes are word for word, faithful, altered or invented, what of the marked passages was found, what
    it cost and how long it took, each with its interval. Try it: `notes-pipeline eval fixtures/evaluation`

    Compare two models: `eval SET --model A`, `eval SET --model B`, `eval --compare previous last`.
    """
    from notes_pipeline.cli.evaluate import Wishes, compare_stored, evaluate_set, export_set

    asked = [gold is not None and compare is None, compare is not None, export is not None]
    if sum(asked) != 1:
        raise typer.BadParameter("give one of: a set to evaluate, --compare A B, --export DIR")
    if replay is not None and (record is not None or canary):
        raise typer.BadParameter("--replay asks nobody: leave out --record and --canary")
    if export is not None:
        raise typer.Exit(export_set(export))
    if compare is not None:
        raise typer.Exit(compare_stored(*compare, gold, model, as_json=as_json))
    if gold is not None:
        raise typer.Exit(evaluate_set(gold, Wishes(model, record, replay, canary), as_json=as_json))


@app.command()
def prompts(
    name: Annotated[str | None, typer.Argument(help="Print the whole file of this prompt, to start one's own.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the prompts that models are asked with. A file in the folder of `NOTES_PROMPTS` stands in for ours."""
    from notes_pipeline.cli.prompts import list_prompts, print_prompt

    if name is None:
        list_prompts(as_json=as_json)
    else:
        print_prompt(name)


@app.command(name="offline-model")
def offline_model(
    host: Annotated[str, typer.Option(help="The address to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port; 0 takes a free one.")] = 8089,
    listen_fd: Annotated[int | None, typer.Option(hidden=True, help="Serve on this listener of the parent.")] = None,
) -> None:
    """Serve the offline model over HTTP, for any OpenAI client: `OPENAI_BASE_URL=http://127.0.0.1:8089/v1`.

    It needs no key and no network. It picks the passages that fit a question best and quotes them word for word; it
    does not understand them. Prints its URL once it listens.
    """
    from notes_pipeline.cli.services import serve_offline_model

    serve_offline_model(host, port, listen_fd=listen_fd)
