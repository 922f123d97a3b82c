UPDATE main.meta SET words = (SELECT group_concat(inbox_id) FROM rows.inbox WHERE n >= :from AND n < :to)
WHERE name = 'reading';
