UPDATE main.delivery SET state = 'transmitting', claimed_by = 'bare', n_attempts = 1
FROM rows.delivery r WHERE r.n >= :from AND r.n < :to AND main.delivery.delivery_id = r.delivery_id;
