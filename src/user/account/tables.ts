// What is stored of a person's account besides their sessions and tokens.

import { Devices } from "./devices.ts";
import { AccountEvents } from "./events.ts";
import { Identities } from "./identities.ts";
import { DeviceLinks } from "./links.ts";
import { Passkeys } from "./passkeys.ts";
import { RecoveryCodes } from "./recovery-codes.ts";

export class AccountTables {
	readonly passkeys: Passkeys;
	readonly codes: RecoveryCodes;
	readonly devices: Devices;
	readonly events: AccountEvents;
	readonly links: DeviceLinks;
	readonly identities: Identities;

	constructor(sql: SqlStorage) {
		this.passkeys = new Passkeys(sql);
		this.codes = new RecoveryCodes(sql);
		this.devices = new Devices(sql);
		this.events = new AccountEvents(sql);
		this.links = new DeviceLinks(sql);
		this.identities = new Identities(sql);
	}

	deleteAll(): void {
		for (const table of [this.passkeys, this.codes, this.devices, this.events, this.links, this.identities]) table.deleteAll();
	}
}
