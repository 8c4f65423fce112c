# The studio and its API: no training framework, not root. See docs/container.md.
FROM python:3.13-slim AS build
COPY . /src
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir "/src[serve]"

FROM python:3.13-slim
COPY --from=build /venv /venv
RUN useradd --create-home digitgan
USER digitgan
WORKDIR /home/digitgan
ENV PATH="/venv/bin:$PATH" PYTHONUNBUFFERED=1
EXPOSE 8000
HEALTHCHECK --start-period=10s CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/healthz')"]
# DIGITGAN_TOKEN is asked of who writes or trains; without it one is made up and printed.
CMD ["digitgan", "serve", "--host", "0.0.0.0"]
