// Beside the page, because its policy lets no script run that is in it.
window.ui = SwaggerUIBundle({
    url: document.currentScript.dataset.document,
    dom_id: "#swagger-ui",
    deepLinking: true,
    // The validator would be a foreign host.
    validatorUrl: null,
    presets: [SwaggerUIBundle.presets.apis],
    layout: "BaseLayout",
});
