# Grappe: API and workers are the same image, told apart by their command.
# Rehearsed without an engine by .ci/rehearse-dockerfile, which knows every line below.

FROM python:3.13-slim AS build
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never
WORKDIR /srv/grappe
RUN python -m pip install uv==0.13.9
COPY requirements.lock ./
RUN python -m venv --without-pip .venv
RUN uv pip install --python .venv/bin/python --only-binary :all: --require-hashes -r requirements.lock
COPY pyproject.toml README.md ./
COPY app app
COPY alembic alembic
RUN uv pip install --python .venv/bin/python --no-deps --editable .
RUN python -m compileall -q app alembic

FROM python:3.13-slim
RUN python -m pip uninstall --yes --quiet --root-user-action ignore pip
RUN useradd --system --uid 10001 --home-dir /var/lib/grappe --create-home grappe
# A volume that is mounted here takes its owner from it.
RUN install -d -o 10001 -g 10001 -m 0700 /var/lib/grappe/files
WORKDIR /srv/grappe
COPY --from=build /srv/grappe /srv/grappe
ENV PATH=/srv/grappe/.venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
ENV GRAPPE_ENVIRONMENT=production GRAPPE_LOG_FORMAT=json GRAPPE_HOST=0.0.0.0 GRAPPE_PORT=8000
ENV GRAPPE_DATA_DIR=/var/lib/grappe
USER grappe
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s CMD ["python", "-c", "import http.client as h, os, sys; c = h.HTTPConnection('127.0.0.1', int(os.environ['GRAPPE_PORT']), timeout=2); c.request('GET', '/healthz'); sys.exit(c.getresponse().status != 200)"]
CMD ["grappe", "serve"]
