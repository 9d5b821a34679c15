"""Lesson 08's recipe with `mnist-lab train` on all digits. It takes half an hour, so it runs only where it is named."""

from .processes import cluster, wait_for_end, without_seconds


def test_the_recipe_of_lesson_08_reaches_its_accuracy_alone_and_on_two_workers(tmp_path, start):
    accuracies = []
    for job, tasks in ((tmp_path / "alone", [{}]), (tmp_path / "two", cluster())):
        for process in [start("-m", "mnist_lab", "train", "--job-dir", job, **task) for task in tasks]:
            status, output = wait_for_end(process, seconds=1_800)
            assert status == 0, output
        accuracies.append(without_seconds(job)[-1]["summary"]["val_accuracy"])
    assert min(accuracies) >= 0.992
    assert abs(accuracies[0] - accuracies[1]) <= 0.003
