//! Where the test services are: PostgreSQL, PgBouncer and the AWS emulator of `scripts/test-services`.

/// Addresses of the services, from the environment.
#[derive(Debug, Clone)]
pub struct Services {
    /// PostgreSQL itself, database `postgres`, a role that may create databases.
    pub admin_url: String,
    /// PgBouncer in transaction mode; `{database}` stands for the name.
    pub pooled_url: String,
    pub aws_endpoint: String,
}

impl Services {
    /// Reads DRRIP_TEST_PG_ADMIN_URL, DRRIP_TEST_PGBOUNCER_URL and DRRIP_TEST_AWS_ENDPOINT.
    ///
    /// # Panics
    /// When one is missing, with the command that sets it.
    pub fn find() -> Services {
        let var = |name: &str| {
            std::env::var(name).unwrap_or_else(|_| {
                panic!(
                    "{name} is not set. These tests talk to real services:\n\n    \
                     scripts/test-services start\n    eval \"$(scripts/test-services env)\"\n"
                )
            })
        };
        Services {
            admin_url: var("DRRIP_TEST_PG_ADMIN_URL"),
            pooled_url: var("DRRIP_TEST_PGBOUNCER_URL"),
            aws_endpoint: var("DRRIP_TEST_AWS_ENDPOINT"),
        }
    }

    /// A database past the pooler.
    pub fn direct_url(&self, database: &str) -> String {
        let base = self.admin_url.rsplit_once('/').expect("DRRIP_TEST_PG_ADMIN_URL names no database").0;
        format!("{base}/{database}")
    }

    /// A database through the pooler.
    pub fn pooled_url(&self, database: &str) -> String {
        self.pooled_url.replace("{database}", database)
    }
}
