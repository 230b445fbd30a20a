"""Many large photos, one after another, do not make a worker grow. `script/bench evidence` sends 200."""

from bench import evidence

MOST = evidence.GOALS["worker_mb_most"]


def test_twenty_photos_of_eight_megabytes_stay_below_the_limit() -> None:
    figures = evidence.run(photos=20)
    assert 7 <= float(figures["photo_mb"]) <= 9
    assert MOST.bound == 400 and MOST.reached(figures["worker_mb_most"]), figures
    # Decoded pictures would show: one has 36 MB.
    assert float(figures["worker_mb_most"]) - float(figures["worker_mb_before"]) < 120, figures
