SELECT delivery_id FROM delivery WHERE n >= :from AND n < :to;
WITH v (delivery_id) AS (VALUES {rows})
UPDATE delivery SET state = 'transmitting', claimed_by = 'bare', n_attempts = 1
FROM v WHERE delivery.delivery_id = v.delivery_id;
