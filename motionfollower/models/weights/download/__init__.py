"""Downloads of the released weights.

`fetch` downloads what a set lacks to a staging folder, from the Hugging Face hub (`hub`) or a Google Drive folder
(`google_drive`), verifies it, converts pickles to safetensors and moves the files into place. `types` holds what the
origins share.
"""
