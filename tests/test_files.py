"""A file is replaced by a whole one."""

from pathlib import Path

import pytest
import tensorflow as tf

from mnist_lab.data.files import write_whole


def test_a_file_is_written_in_a_new_folder_and_a_link_to_it_stays_a_link(tmp_path):
    file, link = tmp_path / "new" / "file", tmp_path / "link"
    link.symlink_to(file)
    write_whole(str(link), "é\ud800\n")
    assert (link.is_symlink(), file.read_bytes()) == (True, b"\xc3\xa9\\ud800\n")
    assert list(file.parent.iterdir()) == [file]


def test_an_old_file_stays_if_the_new_one_cannot_be_written_whole(tmp_path, monkeypatch):
    file = tmp_path / "file"
    file.write_text("old")

    def run_out_of_space(path, data):
        path.write_text("half")
        raise OSError("no space left")

    monkeypatch.setattr(Path, "write_bytes", run_out_of_space)
    with pytest.raises(OSError, match="no space"):
        write_whole(file, b"new")
    assert file.read_text() == "old"


def test_a_bucket_holds_the_file():
    write_whole("ram://bucket/job/file", "text")
    assert tf.io.gfile.GFile("ram://bucket/job/file").read() == "text"
