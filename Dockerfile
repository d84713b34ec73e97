# Serves the app on port 7860, on the CPU or, started with `--gpus all`, on a GPU.
FROM python:3.11-slim

RUN apt-get update && apt-get install --yes --no-install-recommends ffmpeg libgl1 libglib2.0-0 \
    && rm -rf /var/lib/apt/lists/*

RUN useradd --create-home app
WORKDIR /srv/motionfollower
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY --chown=app app.py LICENSE README.md ./
COPY --chown=app assets assets
COPY --chown=app examples examples
COPY --chown=app motionfollower motionfollower
COPY --chown=app preprocess preprocess

USER app
ENV GRADIO_SERVER_NAME=0.0.0.0 MOTIONFOLLOWER_WEIGHTS=/weights
VOLUME /weights
EXPOSE 7860
CMD ["python", "app.py"]
