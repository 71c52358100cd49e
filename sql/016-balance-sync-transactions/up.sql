-- A consumer that comes to a database with a history begins where another one stands. See notes.md.

insert into activity_positions (consumer, partitions, partition, position)
select 'balance-sync', partitions, partition, position from activity_positions where consumer = 'statistics';
