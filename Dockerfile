# Docent's Telegram bot with its models inside: when it runs, it needs no network but Telegram's.
#
#   docker build -t docent .              podman: add `--format docker`, or there is no health check
#   docker compose up -d                  as compose.yaml has it: locked in, the token a secret
#
# --build-arg PIP_EXTRA_INDEX_URL=…   PyTorch's index of CPU builds (pytorch.org's install page names it): torch
#                                     exports the models, and is not in the image; its default build fetches
#                                     several gigabytes of CUDA for nothing
# --build-arg TORCH=keep              for an encoder or a reader that is not baked in: the image keeps torch
# --build-arg BASE=debian@sha256:…    the very base image that you have looked at

ARG BASE=docker.io/library/debian:bookworm-slim

FROM ${BASE} AS builder
# Versions: Debian 12 changes a package only to mend it, and drops the version that was before.
# hadolint ignore=DL3008
RUN apt-get update && apt-get install --yes --no-install-recommends python3-pip
# pip is not put into the environment but works on it from outside, so that the image has none.
RUN python3 -m venv --without-pip /venv
WORKDIR /src
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP="python3 -m pip --python /venv/bin/python"
# What Docent needs comes before Docent itself: a change of its code does not fetch all of this again.
COPY requirements.lock ./
RUN $PIP install --no-deps --require-hashes --requirement requirements.lock
COPY constraints.txt ./
# It holds for torch, which has one lock a build of it, and for what builds the wheel.
ENV PIP_CONSTRAINT=/src/constraints.txt
ARG PIP_EXTRA_INDEX_URL=""
RUN $PIP install torch
COPY . ./
# A folder of its own, and so a layer of its own: a new version of Docent is a small one.
RUN $PIP install --no-deps --target /app . && echo /app > "$(echo /venv/lib/python3*/site-packages)/docent.pth"
# Both encoders and their readers as OpenVINO runs them. What it compiles of them is of this machine's processor,
# and only kept where a folder of models can be written.
RUN for encoder in auto all-MiniLM-L6-v2; do \
        DOCENT_SERVING__FOLDER=/models DOCENT_STATE__FOLDER=/tmp/state DOCENT_ENCODER__MODEL=$encoder \
        HF_HUB_OFFLINE=1 /venv/bin/python -c "import os; from bot import settings; \
            from bot.engine import Engine; Engine(settings.load(environment=os.environ)).load_models()" || exit 1; \
    done; rm -r /models/*/compiled
# What has done its work: torch, what loads models into it, and what these need.
ARG TORCH=""
RUN [ "$TORCH" = keep ] || { $PIP freeze > all.txt && sed -nE "s/^(torch|triton|nvidia-[a-z0-9-]+|cuda-[a-z0-9-]+|\
transformers|sentence-transformers|scikit-learn|scipy|sympy|networkx|hf-xet)(==| @ ).*/\1/p" all.txt > done.txt && \
    $PIP uninstall --yes --requirement done.txt && rm -rf /models/multilingual-e5-small-*; }
# Docent makes its folders for one user. An encoder and its reader have one table of words, 192 MB, which is kept once.
RUN chmod -R a+rX /models && hardlink --ignore-time /models

FROM ${BASE}
LABEL org.opencontainers.image.title="Docent" \
      org.opencontainers.image.description="A Telegram bot that answers from a folder of documents, word for word" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.licenses="MIT"
# No versions, as above.
# hadolint ignore=DL3008
RUN apt-get update && apt-get install --yes --no-install-recommends python3 && \
    apt-get clean && rm -rf /var/lib/apt/lists/*
# Whoever owns these folders here owns a new volume that is mounted there.
RUN groupadd --gid 10001 docent && \
    useradd --uid 10001 --gid docent --home-dir /state --no-create-home --no-log-init docent && \
    install --directory --owner docent --group docent --mode 700 /documents /index /state
# What seldom changes comes first.
COPY --from=builder /venv/ /venv/
COPY --from=builder /models/ /models/
COPY --from=builder /app/ /app/
ENV PATH="/app/bin:/venv/bin:$PATH" \
    PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 \
    HF_HUB_OFFLINE=1 \
    DOCENT_DOCUMENTS__FOLDER=/documents DOCENT_INDEX__FOLDER=/index DOCENT_STATE__FOLDER=/state \
    DOCENT_SERVING__FOLDER=/models DOCENT_ENCODER__DEVICE=cpu \
    DOCENT_MONITORING__PORT=9464
# By number, by which an orchestrator can tell that it is not root.
USER 10001:10001
VOLUME ["/documents", "/index", "/state"]
# Whether its event loop goes round; /readyz tells whether Telegram is heard of, too. The first index may take its time.
HEALTHCHECK --start-period=30m --interval=30s --timeout=10s --retries=3 CMD ["python", "-IS", "-c", \
    "import http.client, os; bot = http.client.HTTPConnection('127.0.0.1', int(os.environ['DOCENT_MONITORING__PORT']), \
    timeout=5); \
    bot.request('GET', '/healthz'); raise SystemExit(bot.getresponse().status != 200)"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["docent"]
CMD ["telegram"]
