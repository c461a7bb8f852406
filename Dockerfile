# One image for all: the command says what it is (worker, serve, migrate, doctor).
#   docker build --tag notes-pipeline:0.1.0 .
ARG PYTHON_IMAGE=python:3.11.14-slim-bookworm

# First stage: every package as a wheel, and from them a virtual environment. Nothing is compiled: each has a wheel.
FROM ${PYTHON_IMAGE} AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /src
COPY constraints.txt pyproject.toml ./
# The dependencies apart from the code, so that a change of code does not fetch them again.
RUN python -c "import tomllib; print(*tomllib.load(open('pyproject.toml', 'rb'))['project']['dependencies'], sep='\n')" \
        > requirements.txt \
    && pip wheel --only-binary :all: --constraint constraints.txt --wheel-dir /wheels --requirement requirements.txt \
    && pip install --constraint constraints.txt setuptools
COPY README.md ./
COPY migrations ./migrations
COPY notes_pipeline ./notes_pipeline
RUN pip wheel --no-deps --no-build-isolation --wheel-dir /wheels . \
    && python -m venv --without-pip /opt/notes \
    && pip --python /opt/notes/bin/python install --no-index --find-links /wheels --compile notes-pipeline

# Last stage: the interpreter and the environment, without compiler, package manager of ours, sources or wheels.
FROM ${PYTHON_IMAGE}
LABEL org.opencontainers.image.title="notes-pipeline" \
      org.opencontainers.image.description="Interview notes in which every quote is checked against the transcript"
# /nonexistent: nothing is kept in the container, whose root may be read-only.
RUN groupadd --system --gid 10001 notes \
    && useradd --system --uid 10001 --gid notes --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin notes
COPY --from=build /opt/notes /opt/notes
ENV PATH=/opt/notes/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    NOTES_DATA=/tmp/notes \
    NOTES_LOGS=json
USER 10001:10001
WORKDIR /tmp
EXPOSE 8000
# Of a worker. Compose gives the API its own, and a command that ends needs none.
HEALTHCHECK --interval=30s --timeout=15s --start-period=60s --retries=4 CMD ["notes-pipeline", "doctor", "--worker"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["notes-pipeline"]
CMD ["worker"]
