# The app on port 7860. The same image runs on a processor alone and, started with `--gpus all`, on a GPU.
FROM python:3.11-slim

RUN apt-get update && apt-get install --yes --no-install-recommends ffmpeg libgl1 libglib2.0-0 \
    && rm -rf /var/lib/apt/lists/*

RUN useradd --create-home person
WORKDIR /srv/motionfollower
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY --chown=person app.py LICENSE README.md ./
COPY --chown=person assets assets
COPY --chown=person examples examples
COPY --chown=person motionfollower motionfollower
COPY --chown=person preprocess preprocess

USER person
ENV GRADIO_SERVER_NAME=0.0.0.0 MOTIONFOLLOWER_WEIGHTS=/weights
VOLUME /weights
EXPOSE 7860
CMD ["python", "app.py"]
