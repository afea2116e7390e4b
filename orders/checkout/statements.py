"""What the checkout asks the database on the way to an order (see `donghai.sql`)."""

# A listing on offer, a number for its hold, and what is free before any lock. With it
# the deal that runs, how much of it is taken and by this bag, and the units this bag
# has been offered as the next in line, and whether there is a replay that sells.
OFFER = """
SELECT listing.variant_id, listing.retail_minor, listing.currency, session.state,
       listing.wholesale_minor, variant.min_quantity, merchant.state AS merchant_state,
       nextval('catalog_hold_id_seq') AS hold_id,
       stock.on_hand - stock.allocated - stock.reserved - stock.awaited AS free,
       stock.awaited, deal.id AS deal_id, deal.price_minor AS deal_minor,
       deal.wholesale_minor AS deal_wholesale_minor, deal.cap AS deal_cap,
       deal.per_person AS deal_per_person, taken.units AS deal_taken,
       taken.own_units AS deal_own, ticket.id AS ticket, ticket.hold_id AS offered_id,
       ticket.quantity AS offered_units,
       EXISTS (SELECT FROM livestream_stream replay
               WHERE replay.session_id = session.id AND replay.kind = 'LIVE'
                 AND replay.ended_at IS NOT NULL AND replay.removed_at IS NULL
              ) AS has_replay
FROM livestream_listing listing
JOIN livestream_livesession session ON session.id = listing.session_id
JOIN catalog_variant variant ON variant.id = listing.variant_id
JOIN catalog_merchant merchant ON merchant.id = variant.merchant_id
LEFT JOIN catalog_stocklevel stock ON stock.variant_id = listing.variant_id
LEFT JOIN livestream_deal deal ON deal.listing_id = listing.id
    AND deal.ended_at IS NULL AND session.state = 'ON_AIR'
    AND deal.starts_at <= %(now)s AND deal.ends_at > %(now)s
    AND deal.price_minor < listing.retail_minor
LEFT JOIN LATERAL (
    SELECT coalesce(sum(claim.quantity), 0) AS units,
           coalesce(sum(claim.quantity) FILTER (WHERE claim.bag = %(bag)s), 0)
               AS own_units
    FROM orders_claim claim JOIN catalog_hold hold ON hold.id = claim.hold_id
    WHERE claim.deal_id = deal.id AND hold.state IN ('HELD', 'PAYING', 'CONSUMED')
) taken ON deal.id IS NOT NULL
LEFT JOIN orders_waiting ticket ON ticket.listing_id = listing.id
    AND ticket.bag = %(bag)s AND ticket.state = 'OFFERED'
WHERE listing.id = %(listing)s AND listing.session_id = %(session)s
"""

# A claim in a deal, written with its listing's row locked: of two that want the last
# unit the second one sees the first. What was given back or ran out counts no more.
CLAIM_IN_DEAL = """
INSERT INTO orders_claim (listing_id, hold_id, deal_id, bag, name, quantity, place,
                          price_minor, wholesale_minor, currency, claimed_at,
                          came_from, key)
SELECT %(listing)s, %(hold)s, deal.id, %(bag)s, %(name)s, %(quantity)s::int, %(place)s,
       %(price)s, %(wholesale)s, %(currency)s, %(at)s, %(came_from)s,
       %(key)s::uuid
FROM livestream_deal deal
CROSS JOIN LATERAL (
    SELECT coalesce(sum(claim.quantity), 0) AS units,
           coalesce(sum(claim.quantity) FILTER (WHERE claim.bag = %(bag)s), 0)
               AS own_units
    FROM orders_claim claim JOIN catalog_hold hold ON hold.id = claim.hold_id
    WHERE claim.deal_id = deal.id AND hold.state IN ('HELD', 'PAYING', 'CONSUMED')
) taken
WHERE deal.id = %(deal)s AND deal.ended_at IS NULL
  AND taken.units + %(quantity)s::int <= deal.cap
  AND taken.own_units + %(quantity)s::int <= deal.per_person
RETURNING id
"""

# A claim that is being made has no hold yet.
DEAL_IS_FULL = """
SELECT deal.id FROM livestream_deal deal
WHERE deal.id = %(deal)s AND deal.cap <= (
    SELECT sum(claim.quantity) FROM orders_claim claim
    LEFT JOIN catalog_hold hold ON hold.id = claim.hold_id
    WHERE claim.deal_id = deal.id
      AND (hold.id IS NULL OR hold.state IN ('HELD', 'PAYING', 'CONSUMED')))
"""

# What a bag holds, all of it or some, as the landed price needs it.
HELD = """
SELECT claim.id, claim.quantity, claim.price_minor, claim.currency, session.language,
       ceil(variant.weight_g)::int AS weight_g, product.titles::text, product.hs_code,
       product.form, product.mineral
FROM orders_claim claim
JOIN catalog_hold hold ON hold.id = claim.hold_id
JOIN livestream_listing listing ON listing.id = claim.listing_id
JOIN livestream_livesession session ON session.id = listing.session_id
JOIN catalog_variant variant ON variant.id = listing.variant_id
JOIN catalog_product product ON product.id = variant.product_id
WHERE claim.bag = %(bag)s AND hold.state = 'HELD' AND hold.expires_at > %(now)s
  AND (%(holds)s::bigint[] IS NULL OR hold.id = ANY(%(holds)s))
ORDER BY claim.id
"""

# A quote, and the order that took it, if there is one.
QUOTED = """
SELECT quote.country, quote.postcode, quote.currency, quote.total_minor,
       quote.expires_at,
       placed.id AS order_id
FROM orders_quote quote LEFT JOIN orders_order placed ON placed.quote_id = quote.id
WHERE quote.id = %(quote)s AND quote.bag = %(bag)s
"""

# The claims a quote priced: what a line of the order needs, and how their holds stand.
# A claim of many pieces costs the merchant's tier, if that is less than was agreed.
CLAIMED = """
SELECT claim.id, claim.quantity, claim.price_minor, claim.currency, hold.state,
       listing.variant_id, product.merchant_id,
       least(claim.wholesale_minor, tier.wholesale_minor) AS wholesale_minor,
       listing.session_id, session.host_id
FROM orders_quoteline line
JOIN orders_claim claim ON claim.id = line.claim_id
JOIN catalog_hold hold ON hold.id = claim.hold_id
JOIN livestream_listing listing ON listing.id = claim.listing_id
JOIN livestream_livesession session ON session.id = listing.session_id
JOIN catalog_variant variant ON variant.id = listing.variant_id
JOIN catalog_product product ON product.id = variant.product_id
LEFT JOIN LATERAL (
    SELECT min(wholesale_minor) AS wholesale_minor FROM catalog_pricetier
    WHERE variant_id = variant.id AND from_quantity <= claim.quantity) tier ON true
WHERE line.quote_id = %(quote)s AND line.kind = 'GOODS'
ORDER BY claim.id
"""
