"""Sheets: a table of rows is declared once and goes in and out as Excel or CSV.

==============  ====================================================================================================
`declaring`     what a sheet is: columns, kinds, checks, keys; problems
`limits`        every limit in one table
`parsing`       runs in the child process: bytes in, raw cells out (`workbook`, `delimited` know the formats)
`reading`       starts that child and turns what it says into raw rows or a sentence
`checking`      raw rows in, checked rows and problems by cell out
`writing`       template, export and the marked workbook
`describing`    the manual page and the schema for the API
`targets`       what a slice gives: where rows are looked up, created, changed, removed
`importing`     upload, check, commit, undo as operations and background jobs
`views`         the pages, as building blocks for a slice
==============  ====================================================================================================

This package knows no domain, no organisations and no journal. A slice hands in the target (rows), `authorise`
(permission, asked again inside the transaction of commit and undo) and `journal` (called inside that transaction, so
that rows and entry stand or fall together).

The file itself imports nothing: the child process loads the parsers through it and must not pay for Django.
"""
