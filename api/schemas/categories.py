"""Shapes of what kinds of services there are, and of the official lists they are on."""

from __future__ import annotations

from typing import Literal, cast

from ninja import Field, Schema

from backend.directory import categories, schemes
from backend.directory.categories import Term
from backend.directory.schemes import Scheme

Mark = Literal["own", "verified", "secondary", "unverified"]


class ListedAs(Schema):
    """What an official list calls it; `code` is ours, and good for `category` of a circle too."""

    scheme: str
    code: str
    name: str
    mark: Mark


class ServiceCategoryOut(Schema):
    code: str
    name: str
    parent: str | None
    lists: list[str] = Field(description="beijing-8, guide-basic, guide-quality, public")
    listed_as: list[ListedAs] = Field(description="the entries of official lists that mean it")

    @classmethod
    def of(cls, term: Term, language: str) -> ServiceCategoryOut:
        listed = [
            ListedAs(scheme=one.scheme, code=one.code, name=one.name(language), mark=cast("Mark", one.mark))
            for one in schemes.of_category(term.code)
        ]
        return cls(
            code=term.code, name=term.name(language), parent=term.parent, lists=list(term.lists), listed_as=listed
        )


class SchemeTermOut(Schema):
    code: str
    parent: str | None
    name: str
    mark: Mark
    categories: list[str] = Field(description="codes of `items`")


class SchemeOut(Schema):
    """A list of kinds of services in one version; `mark` says how we know it."""

    code: str
    name: str
    publisher: str
    version: str
    year: int
    uri: str = Field(description="empty: none is known")
    source: str
    mark: Mark
    note: str
    terms: list[SchemeTermOut] = Field(description="empty for our own: they are `items`")

    @classmethod
    def of(cls, scheme: Scheme, language: str) -> SchemeOut:
        plain = ("code", "version", "year", "uri", "source", "mark", "note")
        terms = [
            SchemeTermOut(
                code=one.code,
                parent=one.parent,
                name=one.name(language),
                mark=cast("Mark", one.mark),
                categories=list(one.categories),
            )
            for one in schemes.terms().values()
            if one.scheme == scheme.code
        ]
        return cls(
            **{name: getattr(scheme, name) for name in plain},
            name=scheme.name(language),
            publisher=scheme.publisher(language),
            terms=terms,
        )


class ServiceCategoriesOut(Schema):
    items: list[ServiceCategoryOut]
    schemes: list[SchemeOut]
    next: str | None = None

    @classmethod
    def of(cls, language: str) -> ServiceCategoriesOut:
        """Every kind of service, and the lists they are on."""
        return cls(
            items=[ServiceCategoryOut.of(term, language) for term in categories.terms().values()],
            schemes=[SchemeOut.of(scheme, language) for scheme in schemes.schemes().values()],
        )
