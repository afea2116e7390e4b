"""A merchant's sheets: read, mapped, looked at, taken over, taken back, given out.

sniffing, archive               what a file is, and whether it does harm
workbook, sheet_part, values,
xml_parts, delimited            its rows, one after the other, in bounded memory
reading                         which sheet, and where its headers are
columns, cells, vocabulary      headers to fields, what a cell says, words to codes
rows, records                   a row to what it says of a piece
staging, checking, applying,
undoing, slices                 the four background steps, resumable
pictures                        photos named by SKU
services                        what a person may do with an import
export, writing                 sheets that we give out
"""
