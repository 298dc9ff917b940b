import { errors } from "../errors.ts";
import { type Family, missing, strings } from "./integration-family.ts";
import { flag, integer, listOf, oneOf, type PropertyTable, text, textOrWord } from "./properties.ts";

const textOrList = listOf(text, { bare: true });

/** What each TYPE takes, and which of it it must have. Source: the pages "CREATE SECURITY INTEGRATION (…)". */
const TYPES: Record<string, { properties: PropertyTable; required: readonly string[] }> = {
  OAUTH: {
    properties: {
      OAUTH_CLIENT: oneOf("CUSTOM", "TABLEAU_DESKTOP", "TABLEAU_SERVER", "LOOKER"),
      OAUTH_CLIENT_TYPE: oneOf("CONFIDENTIAL", "PUBLIC"),
      OAUTH_REDIRECT_URI: text,
      OAUTH_ALLOW_NON_TLS_REDIRECT_URI: flag,
      OAUTH_ENFORCE_PKCE: flag,
      OAUTH_SINGLE_USE_REFRESH_TOKENS_REQUIRED: flag,
      OAUTH_USE_SECONDARY_ROLES: oneOf("IMPLICIT", "NONE"),
      PRE_AUTHORIZED_ROLES_LIST: strings,
      BLOCKED_ROLES_LIST: strings,
      OAUTH_ISSUE_REFRESH_TOKENS: flag,
      OAUTH_REFRESH_TOKEN_VALIDITY: integer({ min: 3600, max: 7_776_000 }),
      NETWORK_POLICY: textOrWord,
      OAUTH_CLIENT_RSA_PUBLIC_KEY: text,
      OAUTH_CLIENT_RSA_PUBLIC_KEY_2: text,
    },
    required: ["OAUTH_CLIENT"],
  },
  EXTERNAL_OAUTH: {
    properties: {
      EXTERNAL_OAUTH_TYPE: oneOf("OKTA", "AZURE", "PING_FEDERATE", "CUSTOM"),
      EXTERNAL_OAUTH_ISSUER: text,
      EXTERNAL_OAUTH_TOKEN_USER_MAPPING_CLAIM: textOrList,
      EXTERNAL_OAUTH_SNOWFLAKE_USER_MAPPING_ATTRIBUTE: oneOf("LOGIN_NAME", "EMAIL_ADDRESS"),
      EXTERNAL_OAUTH_JWS_KEYS_URL: textOrList,
      EXTERNAL_OAUTH_BLOCKED_ROLES_LIST: strings,
      EXTERNAL_OAUTH_ALLOWED_ROLES_LIST: strings,
      EXTERNAL_OAUTH_RSA_PUBLIC_KEY: text,
      EXTERNAL_OAUTH_RSA_PUBLIC_KEY_2: text,
      EXTERNAL_OAUTH_AUDIENCE_LIST: strings,
      EXTERNAL_OAUTH_ANY_ROLE_MODE: oneOf("DISABLE", "ENABLE", "ENABLE_FOR_PRIVILEGE"),
      EXTERNAL_OAUTH_SCOPE_DELIMITER: text,
      EXTERNAL_OAUTH_SCOPE_MAPPING_ATTRIBUTE: text,
    },
    required: [
      "EXTERNAL_OAUTH_TYPE",
      "EXTERNAL_OAUTH_ISSUER",
      "EXTERNAL_OAUTH_TOKEN_USER_MAPPING_CLAIM",
      "EXTERNAL_OAUTH_SNOWFLAKE_USER_MAPPING_ATTRIBUTE",
    ],
  },
  SAML2: {
    properties: {
      SAML2_ISSUER: text,
      SAML2_SSO_URL: text,
      SAML2_PROVIDER: textOrWord,
      SAML2_X509_CERT: text,
      ALLOWED_USER_DOMAINS: strings,
      ALLOWED_EMAIL_PATTERNS: strings,
      SAML2_SP_INITIATED_LOGIN_PAGE_LABEL: text,
      SAML2_ENABLE_SP_INITIATED: flag,
      SAML2_SIGN_REQUEST: flag,
      SAML2_REQUESTED_NAMEID_FORMAT: text,
      SAML2_POST_LOGOUT_REDIRECT_URL: text,
      SAML2_FORCE_AUTHN: flag,
      SAML2_SNOWFLAKE_ISSUER_URL: text,
      SAML2_SNOWFLAKE_ACS_URL: text,
    },
    required: ["SAML2_ISSUER", "SAML2_SSO_URL", "SAML2_PROVIDER", "SAML2_X509_CERT"],
  },
  SCIM: {
    properties: {
      SCIM_CLIENT: oneOf("OKTA", "AZURE", "GENERIC"),
      RUN_AS_ROLE: textOrWord,
      NETWORK_POLICY: textOrWord,
      SYNC_PASSWORD: flag,
    },
    required: ["SCIM_CLIENT", "RUN_AS_ROLE"],
  },
  API_AUTHENTICATION: {
    properties: {
      AUTH_TYPE: oneOf("OAUTH2", "AWS_IAM"),
      AWS_ROLE_ARN: text,
      OAUTH_CLIENT_ID: text,
      OAUTH_CLIENT_SECRET: text,
      OAUTH_TOKEN_ENDPOINT: text,
      OAUTH_AUTHORIZATION_ENDPOINT: text,
      OAUTH_CLIENT_AUTH_METHOD: textOrWord,
      OAUTH_GRANT: textOrWord,
      OAUTH_ACCESS_TOKEN_VALIDITY: integer({ min: 0 }),
      OAUTH_REFRESH_TOKEN_VALIDITY: integer({ min: 0 }),
      OAUTH_ALLOWED_SCOPES: strings,
      OAUTH_ASSERTION_ISSUER: text,
    },
    required: ["AUTH_TYPE"],
  },
};

/** What follows a type's name in SHOW: `OAUTH - CUSTOM`, `SCIM - OKTA`. */
const VARIANTS: Record<string, string> = {
  OAUTH: "OAUTH_CLIENT",
  EXTERNAL_OAUTH: "EXTERNAL_OAUTH_TYPE",
  SCIM: "SCIM_CLIENT",
};

const typeOfValue = (value: unknown): string =>
  typeof value === "boolean"
    ? "Boolean"
    : typeof value === "number"
      ? "Integer"
      : Array.isArray(value)
        ? "List"
        : "String";

/** Kept and shown; nobody logs in through one. */
export const SECURITY: Family = {
  words: "SECURITY INTEGRATION",
  plural: "SECURITY INTEGRATIONS",
  category: "SECURITY",
  properties: {
    TYPE: oneOf("OAUTH", "EXTERNAL_OAUTH", "SAML2", "SCIM", "API_AUTHENTICATION"),
    ENABLED: flag,
    ...Object.assign({}, ...Object.values(TYPES).map(({ properties }) => properties)),
    COMMENT: text,
  },
  required: ["TYPE"],
  secret: ["OAUTH_CLIENT_SECRET"],
  typeOf: (p) => {
    const variant = VARIANTS[String(p["TYPE"])];
    return variant ? `${String(p["TYPE"])} - ${String(p[variant])}` : String(p["TYPE"]);
  },
  describe: (p) => [
    ["ENABLED", "Boolean", "false"],
    ...Object.entries(p)
      .filter(([key]) => key !== "TYPE")
      .map(([key, value]) => [key, typeOfValue(value), Array.isArray(value) ? "[]" : ""] as const),
    ["COMMENT", "String", ""],
  ],
  made: () => ({}),
  check: (p) => {
    const type = TYPES[String(p["TYPE"])]!;
    for (const key of Object.keys(p))
      if (!["TYPE", "ENABLED", "COMMENT", "TAG"].includes(key) && !Object.hasOwn(type.properties, key))
        throw errors.compilation(
          "001006",
          "42601",
          `invalid property '${key}' for 'SECURITY INTEGRATION' of type ${String(p["TYPE"])}`,
        );
    for (const key of type.required) if (p[key] === undefined) throw missing(key);
    if (p["OAUTH_CLIENT"] === "CUSTOM" && p["OAUTH_REDIRECT_URI"] === undefined)
      throw missing("OAUTH_REDIRECT_URI");
  },
};
