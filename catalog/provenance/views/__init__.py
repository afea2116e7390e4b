"""Pages of provenance: passports, lots, artisans, and the merchant's side."""
