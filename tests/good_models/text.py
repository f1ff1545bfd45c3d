"""Models of text and names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from tests.good_models.export import export, save, seeded_keras, spec, tf

WORDS = ["good", "bad", "film", "book", "the", "a", "never", "again", "wonderful", "boring", "it", "was"]


def vocabulary(version: Path, seed: int) -> None:
    """Text in, a mood out: TextVectorization, an embedding and a mean."""
    keras = seeded_keras(seed)
    layers = keras.layers
    vectorize = layers.TextVectorization(output_sequence_length=8, vocabulary=WORDS)
    text = keras.Input((), dtype="string", name="text")
    x = layers.Embedding(len(WORDS) + 2, 8)(vectorize(text))
    export(keras.Model(text, layers.Dense(2, "softmax")(layers.GlobalAveragePooling1D()(x))), version)


def string_lookup(version: Path, seed: int) -> None:
    """A category by its name."""
    keras = seeded_keras(seed)
    layers = keras.layers
    country = keras.Input((1,), dtype="string", name="country")
    ids = layers.StringLookup(vocabulary=["de", "fr", "nl", "pl", "se"], output_mode="one_hot")(country)
    export(keras.Model(country, layers.Dense(3)(ids)), version)


def lookup_table(version: Path, seed: int) -> None:
    """A table from names to numbers, another one back, with a default."""
    names = [f"product-{number}" for number in range(30)]
    numbers = np.random.default_rng(seed).permutation(30)
    lookup: Any = tf().lookup
    module = tf().Module()
    module.prices = lookup.StaticHashTable(
        lookup.KeyValueTensorInitializer(names, tf().constant(numbers, tf().int64)), -1
    )
    module.names = lookup.StaticHashTable(
        lookup.KeyValueTensorInitializer(tf().constant(numbers, tf().int64), names), "unknown"
    )

    def serve(product: Any) -> Any:
        price = module.prices.lookup(product)
        return {"price": price, "next": module.names.lookup(price + 1)}

    save(version, {"serving_default": (serve, {"product": spec("string", None)})}, module)


def vocabulary_file(version: Path, seed: int) -> None:
    """A vocabulary in an asset file, with buckets for what is not in it."""
    version.parent.mkdir(parents=True, exist_ok=True)
    asset = version.parent / f"words-{seed}.txt"
    asset.write_text("\n".join(WORDS))
    module = tf().Module()
    module.file = tf().saved_model.Asset(str(asset))
    initializer = tf().lookup.TextFileInitializer(
        module.file,
        tf().string,
        tf().lookup.TextFileIndex.WHOLE_LINE,
        tf().int64,
        tf().lookup.TextFileIndex.LINE_NUMBER,
    )
    module.table = tf().lookup.StaticVocabularyTable(initializer, 3)
    module.weights = tf().Variable(np.random.default_rng(seed).normal(size=(len(WORDS) + 3, 4)).astype(np.float32))

    def serve(word: Any) -> Any:
        return {"vector": tf().nn.embedding_lookup(module.weights, module.table.lookup(word))}

    save(version, {"serving_default": (serve, {"word": spec("string", None)})}, module)
    asset.unlink()


def ragged_inside(version: Path, seed: int) -> None:
    """Words of sentences of any length, hashed and averaged."""
    module = tf().Module()
    module.weights = tf().Variable(np.random.default_rng(seed).normal(size=(97, 6)).astype(np.float32))

    def serve(sentence: Any) -> Any:
        words = tf().strings.split(tf().strings.lower(sentence))
        ids = tf().ragged.map_flat_values(lambda flat: tf().strings.to_hash_bucket_fast(flat, 97), words)
        vectors = tf().ragged.map_flat_values(lambda flat: tf().gather(module.weights, flat), ids)
        return {"vector": tf().reduce_mean(vectors, axis=1), "words": words.row_lengths()}

    save(version, {"serving_default": (serve, {"sentence": spec("string", None)})}, module)


def strings_out(version: Path, seed: int) -> None:
    """Text normalised and marked."""

    def serve(text: Any) -> Any:
        plain = tf().strings.regex_replace(tf().strings.lower(text), "[^a-z0-9 ]", "")
        return {"plain": tf().strings.strip(plain), "length": tf().strings.length(plain)}

    save(version, {"serving_default": (serve, {"text": spec("string", None)})})
