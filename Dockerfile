# Docent's Telegram bot with its model inside: nothing is fetched when it starts, but from Telegram.
#
#   docker build -t docent --build-arg PIP_EXTRA_INDEX_URL=... .
#   docker run -e TELEGRAM_BOT_TOKEN -v ~/notes:/documents:ro -v docent-state:/state docent
#
# PIP_EXTRA_INDEX_URL is PyTorch's index of CPU builds (pytorch.org's install page names it).
# Without it pip may take a CUDA build, several gigabytes larger, which is refused below.
# `.ci/dockerfile` carries these steps out where there is no container engine.

FROM debian:bookworm-slim AS builder
# Versions: Debian 12 changes a package only to mend it, and drops the version that was before.
# hadolint ignore=DL3008
RUN apt-get update && apt-get install --yes --no-install-recommends python3-pip
# pip is not put into the environment but works on it from outside, so that the image has none.
RUN python3 -m venv --without-pip /venv
WORKDIR /src
# PIP_CONSTRAINT holds for what builds the wheel, too.
ENV PIP_CONSTRAINT=/src/constraints.txt PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
# What Docent needs comes before Docent itself: a change of its code does not fetch all of this again.
COPY constraints.txt pyproject.toml ./
RUN python3 -c "import tomllib; project = tomllib.load(open('pyproject.toml', 'rb'))['project']; \
        print(*project['dependencies'], sep='\n')" > requirements.txt
ARG PIP_EXTRA_INDEX_URL=""
RUN python3 -m pip --python /venv/bin/python install --requirement requirements.txt
RUN cuda=$(find /venv -iname 'nvidia[-_]*.dist-info' -o -iname 'cuda*.dist-info' -o -iname 'triton-*.dist-info'); \
    [ -z "$cuda" ] || { echo "This is a CUDA build of torch, of no use in this image. Give the index of" \
        "CPU builds that pytorch.org's install page names: --build-arg PIP_EXTRA_INDEX_URL=..." >&2; exit 1; }
# The headers and the tests of torch, 150 MB, serve those who build on it.
RUN rm -r /venv/lib/python3*/site-packages/torch/include /venv/lib/python3*/site-packages/torch/test
COPY . ./
RUN python3 -m pip --python /venv/bin/python install .

FROM debian:bookworm-slim
LABEL org.opencontainers.image.title="Docent" \
      org.opencontainers.image.description="A Telegram bot that answers from a folder of documents, word for word" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.licenses="MIT"
# No versions, as above.
# hadolint ignore=DL3008
RUN apt-get update && apt-get install --yes --no-install-recommends python3 && rm -rf /var/lib/apt/lists/*
# Whoever owns these two folders here owns a new volume that is mounted there.
RUN groupadd --gid 10001 docent && \
    useradd --uid 10001 --gid docent --home-dir /state --no-create-home --no-log-init docent && \
    install --directory --owner docent --group docent /documents /state
COPY --from=builder /venv/ /venv/
ENV PATH="/venv/bin:$PATH" \
    PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 \
    HF_HUB_OFFLINE=1 \
    DOCENT_DOCUMENTS__FOLDER=/documents DOCENT_STATE__FOLDER=/state DOCENT_SERVING__FOLDER=/models
# Models as OpenVINO runs them, so that no start of the bot has to export them.
RUN --network=none python -c "import os; from bot import engine; from index import settings; \
    engine.Engine(settings.load(environment=os.environ)).load_models()"
# By number, by which an orchestrator can tell that it is not root.
USER 10001:10001
# The proof that this image has all that it needs: the model, its checksum, a word encoded, no network.
RUN --network=none python -c "import os, sys; from index import joining, settings; \
    model = joining.encoder_of(settings.load(environment={**os.environ, 'DOCENT_STATE__FOLDER': '/nowhere'})); \
    print('model', model.fingerprint, *model.encode_questions(['word']).shape); sys.exit('torch' in sys.modules)"
VOLUME ["/documents", "/state"]
# The bot touches that file at least every 30 s while it polls. The first index may take its time.
HEALTHCHECK --start-period=30m --interval=30s --timeout=10s --retries=2 \
    CMD ["sh", "-c", "find /state/telegram/alive -mmin -2 | grep -q ."]
STOPSIGNAL SIGTERM
ENTRYPOINT ["docent"]
CMD ["telegram"]
