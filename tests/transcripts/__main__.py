"""``python -m tests.transcripts``: what the lines say now, written into the files for a reader's diff."""

import tempfile
from pathlib import Path

from .stage import Stage, transcripts

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        stage = Stage(Path(folder))
        for transcript in transcripts():
            transcript.path.write_text(stage.play(transcript), "utf-8")
