import { WholeAccount } from "./whole-account.ts";

let account: WholeAccount;
beforeAll(async () => {
  account = await WholeAccount.open();
});
afterAll(() => account.close());

// Source: the pages "CREATE SECURITY INTEGRATION (…)".
test.each([
  [
    "OAUTH - CUSTOM",
    "type = oauth enabled = true oauth_client = custom oauth_client_type = 'confidential' oauth_redirect_uri = 'https://localhost.com' oauth_issue_refresh_tokens = true oauth_refresh_token_validity = 86400 blocked_roles_list = ('SYSADMIN')",
    ["BLOCKED_ROLES_LIST", "List", "SYSADMIN"],
  ],
  [
    "SAML2",
    "type = saml2 enabled = true saml2_issuer = 'https://example.com' saml2_sso_url = 'http://x' saml2_provider = 'ADFS' saml2_x509_cert = 'abc'",
    ["SAML2_PROVIDER", "String", "ADFS"],
  ],
  [
    "SCIM - OKTA",
    "type = scim scim_client = 'okta' run_as_role = 'OKTA_PROVISIONER' enabled = true",
    ["RUN_AS_ROLE", "String", "OKTA_PROVISIONER"],
  ],
  [
    "EXTERNAL_OAUTH - AZURE",
    "type = external_oauth enabled = true external_oauth_type = azure external_oauth_issuer = 'i' external_oauth_jws_keys_url = 'https://k' external_oauth_token_user_mapping_claim = 'upn' external_oauth_snowflake_user_mapping_attribute = 'login_name'",
    ["EXTERNAL_OAUTH_ISSUER", "String", "i"],
  ],
])("%s is kept and shown", async (type, properties, row) => {
  await account.all(`create or replace security integration i ${properties}`);
  expect((await account.rows("show security integrations")).map((one) => one.slice(0, 4))).toEqual([
    ["I", type, "SECURITY", "true"],
  ]);
  const described = (await account.rows("describe security integration i")).map((one) => one.slice(0, 3));
  expect(described).toContainEqual(row);
  await account.all("alter security integration i set enabled = false");
  expect((await account.rows("describe integration i"))[0]?.slice(0, 3)).toEqual([
    "ENABLED",
    "Boolean",
    "false",
  ]);
});

test("a client secret is not kept; a property of another type and a missing one are told", async () => {
  await account.all(
    "create security integration api type = api_authentication auth_type = oauth2 oauth_client_id = 'id' oauth_client_secret = 'hidden' oauth_token_endpoint = 'https://t' enabled = true",
  );
  expect(JSON.stringify(await account.rows("describe security integration api"))).not.toContain("hidden");
  expect(
    await account.error("create security integration bad type = scim scim_client = okta enabled = true"),
  ).toMatch(/Missing option\(s\): \[RUN_AS_ROLE\]/);
  expect(
    await account.error(
      "create security integration bad type = scim scim_client = okta run_as_role = 'R' saml2_issuer = 'x' enabled = true",
    ),
  ).toMatch(/invalid property 'SAML2_ISSUER'/);
});

test("storage integrations of GCS and Azure are kept and shown; their files are out of reach", async () => {
  await account.all(
    "create storage integration gcs type = external_stage storage_provider = 'GCS' enabled = true storage_allowed_locations = ('gcs://bucket/')",
    "create storage integration az type = external_stage storage_provider = 'AZURE' enabled = true azure_tenant_id = 't' storage_allowed_locations = ('*')",
    "create stage g url = 'gcs://bucket/files/' storage_integration = gcs",
  );
  const keys = async (name: string) =>
    (await account.rows(`describe integration ${name}`)).map(([key]) => key);
  expect(await keys("gcs")).toContain("STORAGE_GCP_SERVICE_ACCOUNT");
  expect(await keys("az")).toContain("AZURE_CONSENT_URL");
  expect(await account.error("list @g")).toMatch(/files at gcs:/);
});
