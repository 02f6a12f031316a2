"""Features and similarity to theme profiles."""

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from govopen_analytics.coding import linear
from govopen_analytics.coding.codebook import load_codebook, parse_codebook
from govopen_analytics.coding.features import (
    CharacterNgrams,
    _tokenizer,
    segment_words,
)
from govopen_analytics.coding.linear import fit_linear_model
from govopen_analytics.coding.tfidf import domain_dictionary, theme_profiles

TEXTS = ["加强政策解读", "政策解读质量", "公开预算决算", "", "网站😀网站"]

CODEBOOK = parse_codebook(
    {
        "version": "1",
        "context_only": ["政务公开"],
        "themes": [
            {
                "id": "explain",
                "label_zh": "解读",
                "label_en": "Explain",
                "keywords": ["政策解读", "解读…材料"],
                "examples": ["图解政策"],
            },
            {
                "id": "money",
                "label_zh": "财政",
                "label_en": "Money",
                "keywords": ["部门预算"],
                "examples": ["公布经费开支"],
            },
        ],
    }
)


@pytest.mark.parametrize("sizes", [(1,), (2,), (1, 2, 3), (4,)])
def test_character_ngrams_equal_those_of_scikit_learn(sizes):
    ours = CharacterNgrams.fit(TEXTS, sizes)
    theirs = TfidfVectorizer(
        analyzer="char",
        ngram_range=(min(sizes), max(sizes)),
        sublinear_tf=True,
        lowercase=False,
    ).fit(TEXTS)
    new = [*TEXTS, "政策网站未知字", "龘"]
    # Columns come in another order, so compare what does not depend on it.
    a, b = ours.transform(new), theirs.transform(new)
    np.testing.assert_allclose((a @ a.T).toarray(), (b @ b.T).toarray(), atol=1e-12)


@pytest.mark.parametrize("sizes", [(), (0,), (5,)])
def test_ngram_sizes_are_checked(sizes):
    with pytest.raises(ValueError, match="expected sizes from 1 to 4"):
        CharacterNgrams.fit(TEXTS, sizes)


def test_ngrams_do_not_cross_texts():
    vectors = CharacterNgrams.fit(["ab", "cd"], (2,)).transform(["a", "b", "bc", "ab"])
    assert np.diff(vectors.indptr).tolist() == [0, 0, 0, 1]


def test_words_keep_the_domain_dictionary_whole():
    assert segment_words("开展双随机抽查") != ("开展", "双随机抽查")
    assert segment_words("开展双随机抽查", ("双随机抽查",)) == ("开展", "双随机抽查")


def test_domain_dictionary_holds_keywords_without_gaps():
    assert domain_dictionary(CODEBOOK) == ["政务公开", "政策解读", "部门预算"]


@pytest.mark.parametrize(
    "features", [["characters"], ["words"], ["characters", "words"]]
)
def test_similarity_finds_the_theme(features):
    profiles = theme_profiles(CODEBOOK, features=features)
    similar = profiles.similarities(["政策解读", "部门预算经费", "龘"])
    assert similar.argmax(axis=1)[:2].tolist() == [0, 1]
    assert similar[2].tolist() == [0, 0]
    assert similar.min() >= 0 and similar.max() <= 1


def test_reference_codings_shape_the_profiles():
    plain = theme_profiles(CODEBOOK, features=["characters"])
    taught = theme_profiles(
        CODEBOOK, [("龙舟竞渡", ["money"])], features=["characters"]
    )
    assert plain.similarities(["龙舟竞渡"]).max() == 0
    assert taught.similarities(["龙舟竞渡"])[0, 1] > 0.3


def test_profiles_of_the_shipped_codebook_know_their_own_examples():
    codebook = load_codebook()
    profiles = theme_profiles(codebook, features=["characters"])
    coded = [example for example in codebook.examples if example.theme_ids]
    similar = profiles.similarities([example.text for example in coded])
    right = [
        codebook.theme_ids[best] == example.theme_ids[0]
        for best, example in zip(similar.argmax(axis=1), coded, strict=True)
    ]
    assert np.mean(right) > 0.9


def test_linear_model_learns_and_knows_what_it_does_not_know():
    texts = [["政策解读"], ["图解政策"], ["部门预算"], ["公布", "决算"]]
    model = fit_linear_model(texts, [0, 0, 1, 1], [1] * 4, n_classes=3)
    sums = model.sums(["解读政策", "决算", "xyz"])
    distances, is_known = model.distances(sums), sums[:, -1] > 0
    assert distances[:2].argmax(axis=1).tolist() == [0, 1]
    assert distances[:, 2].tolist() == [-1, -1, -1]
    assert is_known.tolist() == [True, True, False]


def test_sums_of_clauses_are_the_sums_of_the_text():
    texts = [["政策解读"], ["公布决算"]]
    model = fit_linear_model(texts, [0, 1], [1, 1], n_classes=2)
    one, two, both = model.sums(["政策", "决算", "政策\n决算"])
    np.testing.assert_allclose(one + two, both)


@pytest.mark.parametrize("dictionary", [(), ("双随机抽查", "政务公开")])
def test_words_are_those_of_the_segmenter_though_runs_are_cut_once(dictionary):
    texts = load_codebook().reference["content"].tolist()[::4]
    texts += [
        "",
        " \n",
        "2024年6月-12月（IPv6）网址www.a.gov.cn/x_1，50%。",
        "𠀀公开😀 e\u0301",
    ]
    for text in texts:
        whole = _tokenizer(dictionary).lcut(text)
        expected = tuple(word for word in whole if not word.isspace())
        assert segment_words(text, dictionary) == expected


def test_fitted_models_are_kept_made_again_where_damaged_and_bounded(
    tmp_path, monkeypatch
):
    monkeypatch.setenv("GOVOPEN_CACHE", str(tmp_path))
    monkeypatch.setattr(linear, "_MOST_KEPT", 2)
    fitted = []

    def model_of(name):
        def fit():
            fitted.append(name)
            texts = [["公开预算"], ["解读政策"]]
            return fit_linear_model(texts, [0, 1], [1, 1], n_classes=2)

        return linear.kept_model([name], fit)

    first, again = model_of("a"), model_of("a")
    assert fitted == ["a"]
    np.testing.assert_array_equal(first.sums(["公开政策"]), again.sums(["公开政策"]))
    [path] = tmp_path.glob("*.npz")
    path.write_bytes(path.read_bytes()[:200])
    model_of("a")
    assert fitted == ["a", "a"]
    for name in "bcb":
        model_of(name)
    assert fitted == [*"aabc"] and len(list(tmp_path.iterdir())) == 2
