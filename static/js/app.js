import * as tabler from "@tabler/core";
import "../css/app.css";
import "./board.js";
import "./calls.js";
import "./dialogs.js";
import "./keyboard.js";
import "./notices.js";
import "./search.js";

window.bootstrap = tabler.bootstrap;
