-- The statements which the ADO.NET providers of the actor runtime look up by key and run.
-- They know no other SQL than what stands here: the tables behind the statements are our own layout.
-- The names in these scripts are unquoted, so they follow the search_path of the connection.

CREATE TABLE IF NOT EXISTS OrleansQuery (
    querykey  varchar(64) PRIMARY KEY,
    querytext varchar(8000) NOT NULL
);
