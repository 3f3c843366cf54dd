// Sets the hours in which the person is not notified, on any device.

import { type ChangeEvent, useState } from "react";
import { readNotificationSettings } from "../../../src/protocol/push/notification-settings.ts";
import { session } from "../account/currentSession.ts";
import { changeSettings } from "../api.ts";
import { Problem } from "../controls/Problem.tsx";
import { useListSnapshot, usePersonalList } from "../list/usePersonalList.ts";
import { Choice } from "../settings/Choice.tsx";
import styles from "./QuietHours.module.css";
import { useWords } from "./words.ts";

const usual = { quietFrom: "22:00", quietUntil: "07:00" };
const none = { quietFrom: "", quietUntil: "" };

export function QuietHours() {
	const words = useWords();
	const [problem, setProblem] = useState("");
	const stored = readNotificationSettings(useListSnapshot(usePersonalList()).list.settings);
	/** Changed here: it takes effect before the service confirms it. */
	const [changed, setChanged] = useState<Partial<typeof stored>>({});
	const { quietFrom, quietUntil, timeZone } = { ...stored, ...changed };
	const isOn = quietFrom !== "" && quietUntil !== "" && timeZone !== "";
	const change = async (times: Partial<typeof usual>) => {
		// In the time zone in which the person is when they choose.
		const all = { quietFrom, quietUntil, ...times, timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC" };
		setChanged(all);
		const failure = await session.attempt((token) => changeSettings(token, all));
		if (failure !== undefined) setChanged({});
		setProblem(failure ?? "");
	};
	/** A time that was cleared comes back. */
	const setTo =
		(which: keyof typeof usual) =>
		({ target }: ChangeEvent<HTMLInputElement>) => {
			if (target.value) void change({ [which]: target.value });
			else target.value = { quietFrom, quietUntil }[which];
		};
	return (
		<Choice
			legend={words.quiet}
			name="quiet"
			options={[
				{ value: true, label: words.on },
				{ value: false, label: words.off },
			]}
			chosen={isOn}
			onChoose={(wanted) => void change(wanted ? usual : none)}
		>
			{isOn && (
				<p className={styles.times}>
					<label>
						{words.from} <input type="time" required value={quietFrom} onChange={setTo("quietFrom")} />
					</label>
					<label>
						{words.until} <input type="time" required value={quietUntil} onChange={setTo("quietUntil")} />
					</label>
					<span>{words.timeZone(timeZone.replaceAll("_", " "))}</span>
				</p>
			)}
			<p>{words.quietWhy}</p>
			<Problem>{problem}</Problem>
		</Choice>
	);
}
