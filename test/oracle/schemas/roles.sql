-- Roles that the schemas name as owners and grantees. They are created once per server.
CREATE ROLE app_owner;
CREATE ROLE "Reader é ""quoted"" x.y";
CREATE ROLE auditor;
CREATE ROLE tenant NOINHERIT;
GRANT tenant TO app_owner;
