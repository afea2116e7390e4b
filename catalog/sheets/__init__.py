"""A merchant's spreadsheets: read, mapped, looked at, taken over, taken back, given out.

archive, workbook, delimited    what is in a file, in bounded memory
reading                         which sheet, where its headers are, row by row
columns, cells, vocabulary      headers to fields, what a cell says, words to codes
rows                            a row to what it says of a piece
staging, checking, applying, undoing    the four background steps, resumable
services                        what a person may do with an import
writing, export                 sheets that we give out
"""
