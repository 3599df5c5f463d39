// Before the first drawing: who has chosen the dark theme sees no white page. What the system
// prefers, the browser knows by itself.
const theme = localStorage.getItem('unified-sessions.theme');
if (theme === 'light' || theme === 'dark') document.documentElement.style.colorScheme = theme;
