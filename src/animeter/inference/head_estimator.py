"""`HeadEstimator`: what teaches heads, among scikit-learn's estimators.

It is for pipelines, grid searches and comparisons. `animeter teach` does not need it, nor
scikit-learn; only this file does.
"""

from dataclasses import replace
from datetime import date
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from animeter.domain.errors import MissingExtraError, TeachingError
from animeter.domain.head_fitting import FitOptions, fit_head
from animeter.domain.taught_head import EmbeddingModel, HeadIdentity, TaughtHead, softmax
from animeter.inference.bundle import Bundle
from animeter.inference.heads import check_name, embedding_model

try:
    from sklearn.base import BaseEstimator, ClassifierMixin
    from sklearn.utils.multiclass import check_classification_targets
    from sklearn.utils.validation import check_is_fitted, validate_data
except ModuleNotFoundError as error:
    raise MissingExtraError("teach", "scikit-learn") from error


class HeadEstimator(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # sklearn has no hints
    """A linear head with cross-validated regularisation and calibrated probabilities.

    Args:
        folds: how many folds choose the regularisation and the temperature.
        seed: of the dealing into folds.

    Attributes:
        classes_: [L], the labels in the order of the probabilities.
        shrinkage_: the strength of the regularisation that was chosen.
        temperature_: what logits were divided by.
        n_features_in_: length of the embeddings.
    """

    def __init__(self, folds: int = 5, seed: int = 0) -> None:
        self.folds = folds
        self.seed = seed

    def fit(self, X: ArrayLike, y: ArrayLike, groups: ArrayLike | None = None) -> Self:  # noqa: N803
        """Teach the head.

        Args:
            X: [N, D] embeddings.
            y: [N] labels of any kind.
            groups: [N], equal for pictures that stay on one side of every split.

        Raises:
            ValueError: there is one class only, or the arguments do not fit each other.
        """
        table, labels = validate_data(self, X, y, dtype=np.float64)
        check_classification_targets(labels)
        self.classes_, numbers = np.unique(labels, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError(
                f"{type(self).__name__} needs two classes or more, got one class: "
                f"{self.classes_[0]!r}"
            )
        names = [f"{number:09d}" for number in numbers]  # sorted as the classes are
        try:
            fit = fit_head(
                HeadIdentity("estimator", EmbeddingModel("", "", table.shape[1]), ""),
                table,
                names,
                groups,
                options=FitOptions(1, learn_none=False, folds=self.folds, seed=self.seed),
            )
        except TeachingError as error:
            raise ValueError(error.message) from error
        self.shrinkage_ = fit.shrinkage
        self.temperature_ = fit.temperature
        self.head_ = fit.head
        return self

    def predict_proba(self, X: ArrayLike) -> NDArray[np.float64]:  # noqa: N803
        """Return calibrated probabilities [N, L] in the order of `classes_`."""
        check_is_fitted(self)
        table = validate_data(self, X, reset=False, dtype=np.float64)
        return softmax(table @ self.head_.weights.T.astype(np.float64) + self.head_.bias)

    def predict(self, X: ArrayLike) -> NDArray[Any]:  # noqa: N803
        """Return the likeliest label [N] of each embedding."""
        likeliest = self.predict_proba(X).argmax(axis=1)
        return np.asarray(self.classes_[likeliest])

    def to_head(self, name: str, bundle: Bundle) -> TaughtHead:
        """Return a head to keep with `save_head`; it always chooses a label.

        Args:
            name: of the head.
            bundle: of the classifier that made the embeddings.

        Raises:
            HeadError: the name cannot be a head's.
            ValueError: the embeddings are of another length than the model's.
        """
        check_is_fitted(self)
        check_name(name)
        return replace(
            self.head_,
            name=name,
            labels=tuple(str(label) for label in self.classes_),
            model=embedding_model(bundle),
            created=date.today().isoformat(),
        )
