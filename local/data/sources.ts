import { account } from "./crm/account.ts";
import { contact } from "./crm/contact.ts";
import { directoryOrg } from "./crm/directory-org.ts";
import { lead } from "./crm/lead.ts";
import { opportunity } from "./crm/opportunity.ts";
import type { FileSource } from "./source.ts";

/** The sources that are delivered as files, in order of delivery. */
export const FILE_SOURCES: readonly FileSource[] = [account, contact, lead, opportunity, directoryOrg];
