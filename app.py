"""Start the app: what `make app` and a Hugging Face Space run."""

from motionfollower.ui.launch import launch

if __name__ == "__main__":
    launch()
