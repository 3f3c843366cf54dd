// What the Worker asks a person's object about everything that they have here, as RPC methods.

import type { Device } from "../../protocol/account/account.ts";
import type { PlaceInExport } from "../../protocol/account/export.ts";
import { PushCalls } from "../push/calls.ts";
import type { OwnData } from "./own-data.ts";

export abstract class ExportCalls extends PushCalls {
	protected abstract readonly ownData: OwnData;

	async beginExport(device: Device) {
		return this.ownData.begin(device);
	}

	async exportAbout(epoch: string, before: number) {
		return this.ownData.about(epoch, before);
	}

	async exportConversations(place: PlaceInExport, network: string | undefined) {
		return this.ownData.conversations(place, network);
	}
}
