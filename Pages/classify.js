"use strict";
// The page of `ocellus serve`: sends a picture to /predict and shows the likeliest classes.

const $ = (id) => document.getElementById(id);
const element = (tag, className, words) => {
    const node = document.createElement(tag);
    if (className) node.className = className;
    if (words !== undefined) node.textContent = words;
    return node;
};
const percent = (part) => `${(part * 100).toFixed(part > 0.995 || part < 0.095 ? 1 : 0)} %`;

/** How many classes. */
const shown = 5;
/** The picture that was asked about last: answers to earlier ones are dropped. */
let latest = 0;
let chosen = null;

/** Sends a picture's bytes as they are, so that the answer is what every other client gets. */
async function predict(blob) {
    const form = new FormData();
    form.append("file", blob, blob.name || "picture");
    const key = sessionStorage.getItem("key");
    const response = await fetch(`predict?top=${shown}`, {
        method: "POST", body: form, headers: key ? { Authorization: `Bearer ${key}` } : {},
    });
    return { status: response.status, answer: await response.json().catch(() => ({})) };
}

/** The same picture as JPEG, for formats that the browser knows and the service does not; null when it does not know it either. */
async function asJPEG(blob) {
    try {
        const bitmap = await createImageBitmap(blob);
        const canvas = document.createElement("canvas");
        [canvas.width, canvas.height] = [bitmap.width, bitmap.height];
        canvas.getContext("2d").drawImage(bitmap, 0, 0);
        return await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.95));
    } catch { return null; }
}

async function take(blob) {
    if (!blob) return;
    chosen = blob;
    const turn = latest += 1;
    show(blob);
    problem("");
    $("result").classList.add("busy");
    $("said").textContent = "Asking …";
    const start = performance.now();
    try {
        let { status, answer } = await predict(blob);
        if (status === 400 || status === 415) {
            const converted = await asJPEG(blob);
            if (converted) ({ status, answer } = await predict(converted));
        }
        if (turn !== latest) return;
        if (status === 401 || status === 403) return askForKey();
        if (status !== 200) throw new Error(answer.error || `The service answers ${status}.`);
        showAnswer(answer, performance.now() - start);
    } catch (error) {
        if (turn !== latest) return;
        showResult(false);
        problem(error instanceof TypeError ? "The service does not answer. Is it still running?" : error.message);
    } finally {
        if (turn === latest) $("result").classList.remove("busy");
    }
}

function show(blob) {
    const image = $("picture");
    if (image.src) URL.revokeObjectURL(image.src);
    image.onerror = () => { image.hidden = true; $("hint").hidden = false; $("drop").classList.remove("has-picture"); };
    image.src = URL.createObjectURL(blob);
    image.alt = "The picture that was asked about";
    image.hidden = false;
    $("hint").hidden = true;
    $("drop").classList.add("has-picture");
}

function showAnswer(answer, milliseconds) {
    const candidates = answer.top || [{ class: answer.class, confidence: answer.confidence }];
    $("answer").textContent = answer.class === null ? "Not sure" : answer.class;
    $("bars").replaceChildren(...candidates.map((candidate) => {
        const item = element("li");
        const bar = element("span", "bar");
        const fill = element("i");
        fill.style.width = `${Math.max(0.5, candidate.confidence * 100)}%`;
        bar.append(fill);
        bar.setAttribute("aria-hidden", "true");
        item.append(element("span", "name", candidate.class), element("span", "number", percent(candidate.confidence)), bar);
        return item;
    }));
    $("time").textContent = `Answered in ${milliseconds < 10 ? milliseconds.toFixed(1) : Math.round(milliseconds)} ms, sending included`;
    showResult(true);
    $("said").textContent = answer.class === null
        ? `Not sure. The likeliest is ${candidates[0].class}, ${percent(candidates[0].confidence)}.`
        : `${answer.class}, ${percent(answer.confidence)}.`;
}

function showResult(isShown) {
    $("result").hidden = !isShown;
    document.body.classList.toggle("answered", isShown);
}

function problem(words) {
    $("problem").textContent = words;
    $("problem").hidden = !words;
}

function askForKey() {
    $("said").textContent = "";
    showResult(false);
    if (sessionStorage.getItem("key")) problem("The service does not take that key.");
    sessionStorage.removeItem("key");
    $("access").hidden = false;
    $("key").value = "";
    $("key").focus();
}

$("access").addEventListener("submit", (event) => {
    event.preventDefault();
    sessionStorage.setItem("key", $("key").value);
    $("access").hidden = true;
    take(chosen);
});

for (const id of ["file", "photo"]) {
    $(id).addEventListener("change", () => { take($(id).files[0]); $(id).value = ""; });
}

let depth = 0;
addEventListener("dragenter", () => { depth += 1; document.body.classList.add("dragging"); });
addEventListener("dragleave", () => { depth -= 1; if (depth <= 0) document.body.classList.remove("dragging"); });
addEventListener("dragover", (event) => event.preventDefault());
addEventListener("drop", (event) => {
    event.preventDefault();
    depth = 0;
    document.body.classList.remove("dragging");
    take(event.dataTransfer.files[0]);
});
addEventListener("paste", (event) => take([...event.clipboardData.files][0]));
