"""The law as code: one class per notion, its figures and cases in the YAML of the same name beside it.

``from yaodian.statutes.book import BOOK`` gives the book with every statute in it. Each folder is one document (or one
subject); ``sources.yaml`` lists the documents, ``quantities.yaml`` what may be given; a folder may add a
``quantities.yaml`` of its own.
"""
