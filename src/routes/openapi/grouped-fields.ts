// The descriptions of fields that are kept by subject, together. They belong to those in fields.ts.

import { accountFields } from "./account-fields.ts";
import { adminFields } from "./admin-fields.ts";
import { asideFields } from "./aside-fields.ts";
import { fileFields } from "./file-fields.ts";
import { linkFields } from "./link-fields.ts";
import { listFields } from "./list-fields.ts";
import { memoryFields } from "./memory-fields.ts";
import { usageFields } from "./usage-fields.ts";
import { webhookFields } from "./webhook-fields.ts";

export const groupedFields: Readonly<Record<string, string>> = {
	...accountFields,
	...adminFields,
	...asideFields,
	...fileFields,
	...linkFields,
	...listFields,
	...memoryFields,
	...usageFields,
	...webhookFields,
};
