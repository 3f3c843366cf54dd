// Chooses which messages cause a notification. If this device does not allow notifications, "None"
// is shown as chosen.

import { useState } from "react";
import { preferences, usePreferences } from "../account/currentPreferences.ts";
import { useSession } from "../account/currentSession.ts";
import type { Preferences } from "../account/preferences.ts";
import { useLazy } from "../controls/useLazy.ts";
import { useStrings } from "../languages/useStrings.ts";
import { askPermission, permission } from "../notifications/browser.ts";
import { Choice } from "./Choice.tsx";

const levels = ["off", "mentions", "all"] as const;

const loadPush = () => import("../push/PushChoice.tsx");
const loadQuiet = () => import("../push/QuietHours.tsx");

export function NotificationChoice() {
	const strings = useStrings();
	const session = useSession();
	const userId = "user" in session ? session.user.id : undefined;
	const push = useLazy(loadPush, true);
	const quiet = useLazy(loadQuiet, true);
	const { notifications } = usePreferences();
	const [allowed, setAllowed] = useState(permission);
	const choose = async (level: Preferences["notifications"]) => {
		const answer = level === "off" || allowed === "granted" ? allowed : await askPermission();
		setAllowed(answer);
		if (level === "off" || answer === "granted") preferences.change({ notifications: level });
	};
	return (
		<>
			<Choice
				legend={strings.notifications}
				name="notifications"
				options={levels.map((value) => ({ value, label: strings.notificationLevels[value] }))}
				chosen={allowed === "granted" ? notifications : "off"}
				onChoose={(level) => void choose(level)}
			>
				{(allowed === "denied" || allowed === "none") && <p role="status">{strings.notificationsForbidden[allowed]}</p>}
			</Choice>
			{push && userId !== undefined && <push.PushChoice userId={userId} />}
			{quiet && <quiet.QuietHours />}
		</>
	);
}
